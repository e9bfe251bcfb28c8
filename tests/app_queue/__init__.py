"""Old centres on Asterisk's app_queue, and what becomes of them."""
