"""What /metrics tells of this process."""

from prometheus_client import Counter, Gauge, Histogram

connections = Gauge("realtime_connections", "Open sockets and waiting polls.", ["protocol"])
frames_sent = Counter("realtime_frames_sent_total", "Frames written to sockets.", ["type"])
frames_received = Counter("realtime_frames_received_total", "Frames read from sockets.", ["type"])
bus_up = Gauge("realtime_bus_up", "0: the bus did not take the last hint of this process.")
hints_dropped = Counter("realtime_hints_dropped_total", "Hints the bus could not carry.")
holes_filled = Counter(
    "realtime_events_filled_total", "Events read from the database: resumes, windows and lost hints."
)
behind_found = Counter("realtime_behind_found_total", "Users the periodic check found behind: lost hints.")
resets = Counter("realtime_resets_total", "Clients told to reload.", ["reason"])
closes = Counter("realtime_closes_total", "Sockets closed by the server.", ["code"])
commands = Counter("realtime_commands_total", "Commands carried out.", ["name", "outcome"])
command_seconds = Histogram("realtime_command_seconds", "From a command frame to its reply.", ["name"])
batch_size = Histogram(
    "realtime_batch_size", "Commands that were committed together.", buckets=(1, 2, 5, 10, 20, 30, 40, 50)
)
delivery_seconds = Histogram(
    "realtime_delivery_seconds",
    "From commit to the socket, by hint.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
