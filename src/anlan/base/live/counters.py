"""What /metrics tells about live events."""

from prometheus_client import Counter, Gauge

PUBLISHED = Counter("anlan_live_published", "Live events accepted by the message server.")
FAILED = Counter("anlan_live_failures", "Attempts to publish a live event that failed.")
DROPPED = Counter("anlan_live_dropped", "Live events given up because too many were waiting.")
WAITING = Gauge("anlan_live_waiting", "Live events that wait for the message server.")
STREAMS = Gauge("anlan_live_streams", "Open event streams of this process.")
CONNECTED = Gauge("anlan_live_connected", "1 while live events flow.")
