// Package doctor looks at what the appliance stands on and says what to do: ports and
// who holds them, names, clock, disk, data folder, certificates, backup, mail queue.
// The setup wizard, the overview, and switchkeep doctor (with --json) use the same
// findings. A check changes nothing but a file of its own in the data folder that it
// removes again, and a port that it opens for a moment.
//
// Sources: proc(5) for sockets and their holders, statfs(2) for file systems.
package doctor
