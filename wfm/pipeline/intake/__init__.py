"""What comes in: files, call records and clouds, read on from where the last import stopped."""
