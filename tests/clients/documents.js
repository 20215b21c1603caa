// The life of an index, driven by the JavaScript client; prints what it found as JSON.
"use strict";

const { Client } = require("@opensearch-project/opensearch");

const client = new Client({ node: process.argv[2] });

function rows(number) {
  return Array.from({ length: number }, (_, at) => ({
    time: 1700000000000 + at * 60000,
    host: `h${at % 4}`,
    n: at,
  }));
}

async function failure(call) {
  try {
    await call();
    return null;
  } catch (error) {
    return { status: error.statusCode, type: error.body?.error?.type ?? null };
  }
}

async function main() {
  const found = {};
  found.info = (await client.info()).body.version.distribution;
  await client.indices.create({
    index: "js",
    body: { mappings: { properties: { time: { type: "date" }, host: { type: "keyword" } } } },
  });
  found.exists = (await client.indices.exists({ index: "js" })).body;
  const done = await client.helpers.bulk({
    datasource: rows(500),
    onDocument: (row) => ({ index: { _index: "js", _id: String(row.n) } }),
    refreshOnCompletion: true,
  });
  found.bulk = { successful: done.successful, failed: done.failed };
  found.count = (await client.count({ index: "js" })).body.count;
  const answer = await client.search({
    index: "js",
    body: {
      size: 1,
      sort: [{ time: "desc" }],
      query: { bool: { filter: [{ term: { host: "h3" } }] } },
      aggs: { hosts: { terms: { field: "host" }, aggs: { most: { max: { field: "n" } } } } },
    },
  });
  found.last = answer.body.hits.hits[0]._source.n;
  found.buckets = answer.body.aggregations.hosts.buckets.map((b) => [b.key, b.most.value]);
  await client.update({ index: "js", id: "7", body: { doc: { extra: "ü/☃" } } });
  found.updated = (await client.get({ index: "js", id: "7" })).body._source.extra;
  await client.index({ index: "js", id: "a/b?c", body: { n: -1 } });
  found.odd = (await client.get({ index: "js", id: "a/b?c" })).body._id;
  found.mget = (await client.mget({ index: "js", body: { ids: ["1", "no"] } })).body.docs.map(
    (doc) => doc.found,
  );
  found.missing = await failure(() => client.get({ index: "js", id: "no" }));
  found.nowhere = await failure(() => client.search({ index: "no" }));
  found.conflict = await failure(() =>
    client.index({ index: "js", id: "7", if_seq_no: 0, if_primary_term: 1, body: {} }),
  );
  found.scrolled = 0;
  for await (const page of client.helpers.scrollSearch({ index: "js", body: { size: 200 } })) {
    found.scrolled += page.documents.length;
  }
  const deleted = await client.deleteByQuery({
    index: "js",
    body: { query: { range: { n: { lt: 100 } } } },
  });
  found.deleted = deleted.body.deleted;
  found.health = (await client.cluster.health()).body.status;
  found.table = (await client.cat.indices({ index: "js", format: "json", h: "docs.count" })).body;
  await client.indices.delete({ index: "js" });
  console.log(JSON.stringify(found));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
