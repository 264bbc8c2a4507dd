// `npm run screenshots` takes the pictures of the README from the real thing. No test of its own.
import { defineConfig } from "@playwright/test";
import tests from "./playwright.config.ts";

export default defineConfig({ ...tests, testDir: ".", testMatch: "screenshots.ts", workers: 1 });
