// Package operation runs long work that a user sees: with progress, a result for each
// target, cancel, and resumption after a kill.
//
// An operation is a plan row with its number of steps (table operation); a step is at
// most MaxStepWrites writes. The step's writes, its result row (table operation_step,
// key: operation, index) and the progress are one transaction, so that a step happens
// once; I/O goes into Prepare, which may run again after a crash. A step that the room
// refuses (a fault) is noted as failed and the work goes on; any other error is tried
// again and ends the operation in the end.
//
// States: queued → running → done (some steps may have failed) | failed | cancelled. At
// most one step of an operation runs at a time; Workers operations run side by side.
package operation
