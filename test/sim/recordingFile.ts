import path from 'node:path'

/** Logs of Story's real contracts. */
export const STORY_RECORDING = path.resolve(__dirname, '../../src/sandbox/recordings/story.jsonl')
