"""A scripted server that holds a client of stream.v1 against the checklist of docs/protocol.md: docs/conformance.md."""
