// Clients in JavaScript that others wrote, as they come from the package index, against a server of ours.
// What has its address written in goes through the proxy of ../python/proxy.py, by the way that Node's
// `fetch` documents for that; the others are told ours by their own option.

import assert from "node:assert/strict";
import test from "node:test";

import { initGreenhouseSDK } from "@opensdks/sdk-greenhouse";
import plugin from "gatsby-source-greenhouse-job-board/gatsby-node.js";
import { JobBoardClientV1 } from "greenhouse-jobboard-js";
import { EnvHttpProxyAgent, setGlobalDispatcher } from "undici";

const { LATCHKEY_ADDRESS: address, LATCHKEY_KEY: key } = process.env;
const board = `${address}/v1/boards/acme`;
// Asked without any client, before `fetch` learns of the proxy.
const read = async (url) => (await fetch(url)).json();
const [{ jobs }, { departments }, { offices }] = await Promise.all(
  ["jobs", "departments", "offices"].map((what) => read(`${board}/${what}`)),
);

test("@opensdks/sdk-greenhouse reads jobs with its own option for the address", async () => {
  const sdk = initGreenhouseSDK({ baseUrl: address, auth: { basic: { username: key, password: "" } } });
  const { data, response } = await sdk.GET("/v1/jobs", { params: { query: { per_page: 7 } } });
  assert.equal(response.status, 200);
  assert.equal(data.length, 7);
  assert.match(response.headers.get("link"), /rel="next"/);
});

test("with the proxy", async (t) => {
  setGlobalDispatcher(new EnvHttpProxyAgent());

  await t.test("gatsby-source-greenhouse-job-board makes a node of everything on the board", async () => {
    const nodes = new Map();
    const gatsby = {
      actions: { createNode: (node) => nodes.set(node.id, node) },
      createNodeId: (text) => text,
      reporter: { info() {}, panic: (message, error) => assert.fail(error ?? message) },
    };
    await plugin.sourceNodes(gatsby, { boardToken: "acme" });
    const of = (type) => [...nodes.values()].filter((node) => node.internal.type === `Greenhouse${type}`);
    assert.equal(of("Job").length, jobs.length);
    // It drops the rows of no department and of no office, whose id is 0, and only these.
    assert.equal(of("Department").length, departments.length - 1);
    assert.equal(of("Office").length, offices.length - 1);
    for (const node of nodes.values()) {
      const links = Object.entries(node).filter(([name]) => name.endsWith("___NODE"));
      for (const [name, ids] of links) {
        for (const id of ids) assert.ok(nodes.has(id) || /\b0$/.test(id), `${node.id} ${name} ${id}`);
      }
    }
  });

  const client = (boardToken) =>
    new JobBoardClientV1({ boardToken, client: { get: async (url) => (await fetch(url)).json() } });

  await t.test("greenhouse-jobboard-js reads the whole board", async () => {
    const acme = client("acme");
    assert.deepEqual(await acme.getJobList(), jobs);
    for (const job of await acme.getJobListWithContent()) assert.match(job.content, /^&lt;/);
    const one = await acme.getJobWithQuestions(jobs[0].id);
    assert.equal(one.title, jobs[0].title);
    assert.ok(one.questions.length > 0);
    assert.deepEqual(await acme.getDepartmentList(), departments);
    const count = (rows) => rows.reduce((sum, row) => sum + 1 + count(row.children), 0);
    assert.equal(count(await acme.getDepartmentTree()), departments.length);
  });

  await t.test("greenhouse-jobboard-js takes a board that is not there for an empty one", async () => {
    assert.deepEqual(await client("nobody").getJobList(), []);
  });
});
