"""From a centre on Asterisk's own app_queue to a file of ours.

Pure: the texts of queues.conf and of the dial plan go in; the text of a centre comes out, with what has no counterpart
said. Asterisk's word for an agent in a queue is banned elsewhere; here it is read.
"""

from acd.app_queue.adopting import Adopted, adopt
from acd.app_queue.conf import ConfigurationError, parse
from acd.app_queue.remarks import Remark

__all__ = ["Adopted", "ConfigurationError", "Remark", "adopt", "parse"]
