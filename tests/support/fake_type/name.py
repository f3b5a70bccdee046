"""What the type and its part are called in drill files, in the ledger and in reports."""

NAME, CONSUMER = "kinesis-stream", "stream-consumer"
