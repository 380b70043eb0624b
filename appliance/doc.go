// Package appliance assembles the rooms into one program: New binds what each room
// declares, Bind opens the ports, Start runs, Stop ends in order. It has no rules of
// its own.
package appliance
