package connector

import (
	"fmt"
	"strings"
)

// Unit is the systemd unit of the connector. exe and folder are absolute paths.
func Unit(exe, folder, page string) (string, error) {
	for _, s := range []string{exe, folder, page} {
		if strings.ContainsAny(s, "\n\r\"\\%") {
			return "", fmt.Errorf("unit: %q cannot be written to a unit file", s)
		}
	}
	return `[Unit]
Description=Switchkeep connector
Documentation=https://github.com/switchkeep/switchkeep
Wants=network-online.target
After=network-online.target

[Service]
Type=simple
ExecStart="` + exe + `" run --state "` + folder + `" --page "` + page + `"
Restart=always
RestartSec=5
TimeoutStopSec=10
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths="` + folder + `"
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
CapabilityBoundingSet=

[Install]
WantedBy=multi-user.target
`, nil
}
