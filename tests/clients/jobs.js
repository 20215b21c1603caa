// The life of a job, driven by the JavaScript client of Elasticsearch; prints what it found as JSON.
"use strict";

const { Client } = require("@elastic/elasticsearch");

const client = new Client({ node: process.argv[2] });
const HOUR = 3600000;
const START = 1454976000000;
const HOURS = 240;
const SURPRISE = 200;

async function failure(call) {
  try {
    await call();
    return null;
  } catch (error) {
    return { status: error.statusCode, type: error.body?.error?.type };
  }
}

// A wave with noise that is the same each time.
function records() {
  let seed = 7;
  const noise = () => ((seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5) * 2;
  return Array.from({ length: HOURS * 4 }, (_, at) => {
    const hour = Math.floor(at / 4);
    const value = 100 + 30 * Math.sin((hour / 24) * 2 * Math.PI) + 4 * noise();
    const time = START + hour * HOUR + (at % 4) * 900000;
    return { time, host: "web-1", value: hour === SURPRISE ? value + 500 : value };
  });
}

const config = {
  job_id: "js",
  analysis_config: {
    bucket_span: "1h",
    detectors: [{ function: "high_mean", field_name: "value", partition_field_name: "host" }],
    influencers: ["host"],
  },
  data_description: { time_field: "time", time_format: "epoch_ms" },
};

async function main() {
  const found = {};
  const ml = client.ml;
  found.info = (await client.info()).version.build_flavor;
  found.made = (await ml.putJob(config)).job_id;
  found.twice = await failure(() => ml.putJob(config));
  found.opened = (await ml.openJob({ job_id: "js" })).opened;
  const counts = await ml.postData({ job_id: "js", data: records() });
  found.posted = counts.processed_record_count;
  found.flushed = (await ml.flushJob({ job_id: "js", calc_interim: true })).flushed;
  const best = await ml.getRecords({ job_id: "js", record_score: 50, desc: true, sort: "record_score" });
  found.best = [(best.records[0].timestamp - START) / HOUR, best.records[0].host];
  const buckets = await ml.getBuckets({ job_id: "js", exclude_interim: true, size: 3, from: 1 });
  found.buckets = [buckets.count, buckets.buckets.map((b) => (b.timestamp - START) / HOUR)];
  const worst = await ml.getInfluencers({ job_id: "js", influencer_score: 50 });
  found.influencer = worst.influencers[0].influencer_field_value;
  const overall = await ml.getOverallBuckets({ job_id: "*", overall_score: 50 });
  found.overall = overall.overall_buckets.map((b) => (b.timestamp - START) / HOUR);
  found.forecast = typeof (await ml.forecast({ job_id: "js", duration: "6h" })).forecast_id;
  found.busy = await failure(() => ml.deleteJob({ job_id: "js" }));
  found.closed = (await ml.closeJob({ job_id: "js" })).closed;
  found.state = (await ml.getJobStats({ job_id: "js" })).jobs[0].state;
  found.deleted = (await ml.deleteJob({ job_id: "js" })).acknowledged;
  found.gone = await failure(() => ml.getJobs({ job_id: "js" }));
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
