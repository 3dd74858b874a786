"""Where students' code runs: bubblewrap around a worker, and a wire to ask it by."""
