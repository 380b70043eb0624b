// Package appliancetest runs the whole appliance in a test: the real rooms on a data folder of its own,
// the real ports on loopback, and the clients that meet it. A House is the appliance, a Browser a person
// who signs in and visits, a Box a PBX with its portal and the real connector. Time is a manual clock
// that starts now; the connectors follow the machine's.
//
// Only what would cost minutes is cheaper than in service: no fsync, and a small cost of password hashes.
package appliancetest
