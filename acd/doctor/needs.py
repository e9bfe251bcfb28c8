"""What the call centre needs of Asterisk: modules, and the contexts of our dial plan."""

from typing import Final

MODULES: Final = {
    "REST interface": (
        "res_ari.so", "res_ari_applications.so", "res_ari_asterisk.so", "res_ari_bridges.so", "res_ari_channels.so",
        "res_ari_device_states.so", "res_ari_endpoints.so", "res_ari_events.so", "res_ari_playbacks.so",
        "res_ari_recordings.so", "res_stasis.so", "res_stasis_answer.so", "res_stasis_playback.so",
        "res_stasis_recording.so", "res_stasis_snoop.so", "res_stasis_device_state.so", "app_stasis.so",
    ),
    "SIP of the phones": (
        "res_pjsip.so", "res_pjsip_session.so", "chan_pjsip.so", "res_pjsip_registrar.so", "res_pjsip_sdp_rtp.so",
        "res_pjsip_endpoint_identifier_user.so", "res_pjsip_authenticator_digest.so", "res_pjsip_nat.so",
        "res_pjsip_refer.so", "res_pjsip_dtmf_info.so", "res_pjsip_caller_id.so", "res_rtp_asterisk.so",
        "res_sorcery_config.so", "res_sorcery_astdb.so",
    ),
    "sound": (
        "bridge_simple.so", "bridge_softmix.so", "bridge_holding.so", "bridge_native_rtp.so", "chan_bridge_media.so",
        "res_musiconhold.so", "codec_ulaw.so", "codec_alaw.so", "format_wav.so",
    ),
    "dial plan": (
        "pbx_config.so", "app_dial.so", "app_playback.so", "func_callerid.so", "func_channel.so", "func_cut.so",
        "func_global.so", "func_sorcery.so", "func_logic.so", "func_strings.so",
    ),
    "lighting of the lamps": (
        "res_pjsip_pubsub.so", "res_pjsip_exten_state.so", "res_pjsip_dialog_info_body_generator.so",
    ),
}  # fmt: skip
"""By what does not work without them."""

DIAL_PLAN_MODULE: Final = "func_dialplan.so"
"""With it Asterisk can be asked whether a context is there."""

CONTEXTS: Final = (
    "acd-number", "acd-queue", "acd-person", "acd-star-code", "acd-send-on", "acd-join", "acd-dismiss", "acd-dial",
    "acd-call-back",
)  # fmt: skip
"""Of acd-dialplan.conf, each with a step `s,1`."""

OUR_SOUND: Final = "acd/available"
ASTERISKS_SOUND: Final = "vm-nobodyavail"
