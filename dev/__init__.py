"""Everything around the app: build, demo, local search runner, dashboards, benches, fuzzing. Nothing here ships."""
