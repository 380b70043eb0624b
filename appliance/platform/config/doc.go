// Package config holds what the appliance must know before and after its store is open.
//
// Static comes from a JSON file (and the command line): data folder, listeners, log. It
// is read once at start; an unknown field is refused. Settings are one row of the store
// (table config_settings), written by the setup wizard and the console: names, addresses,
// ports, certificate mode, languages. Layout says where each file lies in the data folder.
//
// Invariants: the visit zone is never below or above the console's name (their cookies
// would mix); the visit ports are a range beside the other ports.
package config
