/*
 * Feeds, history and exports from a hot standby: a real one, whose replay is held up, which is killed and comes back, and which in the
 * end is promoted. The tests share it (setting.ts) and follow one another.
 */
import './answers.ts';
import './failures.ts';
import './followers.ts';
import './start.ts';
