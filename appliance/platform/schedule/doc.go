// Package schedule runs the appliance's own jobs at their times.
//
// A job has a cron specification of five fields and a time zone; its next due time is a
// row (table schedule_job), so that downtime forgets nothing: what became due meanwhile
// runs once. robfig/cron only reads the specification and counts on a clock without
// summer time; this package maps wall times to instants: a time that does not exist that
// day runs at the end of the gap, one that exists twice runs the first time, and a job
// that is at most daily runs once for a local date. (The library skips, doubles and
// forgets.) Jobs more frequent than that belong in UTC.
//
// A job never overlaps with itself, has a timeout, and does not run while the time is
// unsure unless it says that it may. A run that a crash cut short is made up for at the
// next start, at most MaxTries times.
package schedule
