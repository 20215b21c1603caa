// The life of a detector, driven by the JavaScript client; prints what it found as JSON.
"use strict";

const { Client } = require("@opensearch-project/opensearch");

const client = new Client({ node: process.argv[2] });
const MINUTE = 60000;
const HISTORY = 600;
const END = Math.floor(Date.now() / MINUTE) * MINUTE;
const BEGIN = END - HISTORY * MINUTE;
const SPIKE = { minute: 500, host: "h1" };

async function detection(method, path, body, querystring) {
  const request = { method, path: `/_plugins/_anomaly_detection/${path}`, body, querystring };
  return (await client.transport.request(request)).body;
}

async function failure(call) {
  try {
    await call();
    return null;
  } catch (error) {
    return { status: error.statusCode, reason: error.body?.error?.reason ?? error.body };
  }
}

async function until(ask, isGood) {
  for (let tries = 0; tries < 400; tries++) {
    const answer = await ask();
    if (isGood(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it takes too long");
}

// A wave with noise that is the same each time.
function rows() {
  let seed = 7;
  const noise = () => ((seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5) * 2;
  return Array.from({ length: HISTORY * 2 }, (_, at) => {
    const minute = Math.floor(at / 2);
    const host = `h${at % 2}`;
    const isSpike = minute === SPIKE.minute && host === SPIKE.host;
    const load = 50 + 10 * Math.sin(minute / 5 + (at % 2)) + noise();
    return { time: BEGIN + minute * MINUTE, host, load: isSpike ? load * 10 : load };
  });
}

const detector = {
  name: "js",
  time_field: "time",
  indices: ["js-loads"],
  category_field: ["host"],
  detection_interval: { period: { interval: 1, unit: "Minutes" } },
  feature_attributes: [
    {
      feature_name: "load",
      feature_enabled: true,
      aggregation_query: { load: { avg: { field: "load" } } },
    },
  ],
};

async function main() {
  const found = {};
  const properties = {
    time: { type: "date" },
    host: { type: "keyword" },
    load: { type: "double" },
  };
  await client.indices.create({ index: "js-loads", body: { mappings: { properties } } });
  const done = await client.helpers.bulk({
    datasource: rows(),
    onDocument: () => ({ index: { _index: "js-loads" } }),
  });
  found.bulk = done.successful;

  found.valid = await detection("POST", "detectors/_validate", detector);
  const created = await detection("POST", "detectors", detector);
  const id = created._id;
  found.version = created._version;
  found.twice = (await failure(() => detection("POST", "detectors", detector))).status;
  const changed = { ...created.anomaly_detector, description: "changed" };
  const condition = { if_seq_no: created._seq_no, if_primary_term: created._primary_term };
  found.updated = (await detection("PUT", `detectors/${id}`, changed, condition))._version;
  found.stale = await failure(() => detection("PUT", `detectors/${id}`, changed, condition));
  found.stale.reason = found.stale.reason.replace(id, "ID");

  const range = { start_time: BEGIN, end_time: END };
  const task = (await detection("POST", `detectors/${id}/_start`, range))._id;
  const ended = await until(
    () => detection("GET", `detectors/${id}/_profile/ad_task`),
    (profile) => ["FINISHED", "FAILED", "STOPPED"].includes(profile.ad_task.ad_task.state),
  );
  found.analysis = ended.ad_task.ad_task.state;
  const query = {
    bool: { filter: [{ term: { task_id: task } }, { range: { anomaly_grade: { gt: 0 } } }] },
  };
  const results = await detection("POST", "detectors/results/_search", { query });
  found.anomalies = results.hits.hits.map(({ _source }) => [
    (_source.data_start_time - BEGIN) / MINUTE,
    _source.entity[0].value,
  ]);
  const times = { start_time_ms: BEGIN, end_time_ms: END };
  const top = await detection("POST", `detectors/${id}/results/_topAnomalies`, times, {
    historical: true,
  });
  found.top = top.buckets.map(({ key, doc_count }) => [key, doc_count]);

  found.started = (await detection("POST", `detectors/${id}/_start`))._id === id;
  const profile = await until(
    () => detection("GET", `detectors/${id}/_profile`, undefined, { _all: true }),
    ({ state }) => state === "RUNNING",
  );
  found.profile = [profile.total_entities, profile.active_entities, profile.init_progress];
  found.busy = (await failure(() => detection("DELETE", `detectors/${id}`))).status;
  await detection("POST", `detectors/${id}/_stop`);
  found.state = (await detection("GET", `detectors/${id}`, undefined, { task: true }))
    .realtime_detection_task.state;
  found.deleted = (await detection("DELETE", `detectors/${id}`)).result;
  found.gone = (await failure(() => detection("GET", `detectors/${id}`))).status;
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error, error.meta?.body);
  process.exit(1);
});
