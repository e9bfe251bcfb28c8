"""A small SIP phone for the tests: registers, calls, is called, sends tones and measures what it hears.

`phone` is what tests use; below it `call` (one conversation: keys, hold), `transfer` and `lamp`; `line` (who it is) and
`wire` (transactions over UDP), `dialog`, `message`, `digest` and `sdp` (the texts), `media` and `dtmf` (RTP). What was
heard: `audio`, `prompts` (one), `heard` (several, whole or cut) and `recording` (a file). It is a tool for tests on one
machine: no TLS, no NAT, no codecs but G.711, and it knows nothing of the product.
"""
