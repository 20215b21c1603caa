#!/usr/bin/env bash
# The main job on real data: the anomalies in all flights that left New York in 2013. tools/run_demo.sh <folder>
set -euo pipefail
folder=$1

mkdir -p "$folder"
[ -s "$folder/flights.csv" ] || python -m adcore.examples.flights "$folder/flights.csv"
adcore detect "$folder/flights.csv" --time-field scheduled --interval 1h --entity origin \
  --feature 'mean(delay)' --feature 'sum(cancelled)' \
  --output "$folder/anomalies.csv" --report "$folder/report.html"
echo "All results: $folder/anomalies.csv. To look at: $folder/report.html"
