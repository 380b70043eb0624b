package certs

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"encoding/xml"
	"fmt"

	"github.com/google/uuid"
)

// Download is a file with which a client comes to trust the root.
type Download struct {
	Name        string
	ContentType string
	Data        []byte
}

// Step is one step of an instruction: the text is keyed for translation, the command is literal.
type Step struct {
	Key     string `json:"key"`
	Command string `json:"command,omitempty"`
}

// Guide is a list of steps for one platform.
type Guide struct {
	Platform string `json:"platform"` // windows_gpo windows debian fedora firefox android ios macos
	Steps    []Step `json:"steps"`
}

// TrustCRT is the root as DER, which Windows, Android and most phones take.
func (a *Authority) TrustCRT() Download {
	return Download{"switchkeep-ca.crt", "application/x-x509-ca-cert", a.Root().Raw}
}

// TrustPEM is the root as PEM, for Linux and curl.
func (a *Authority) TrustPEM() Download {
	b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Root().Raw})
	return Download{"switchkeep-ca.pem", "application/x-pem-file", b}
}

// TrustMobileConfig is a configuration profile for iOS and macOS (Apple, "Certificate Root" payload).
// Its identifiers follow from the certificate, so that a later download replaces the profile.
func (a *Authority) TrustMobileConfig() Download {
	root := a.Root()
	spki, _ := spkiHash(root.PublicKey) // the key was parsed from a certificate
	id := hex.EncodeToString(spki[:8])
	profile := uuid.NewSHA1(uuid.NameSpaceOID, spki[:])
	payload := uuid.NewSHA1(profile, root.Raw)
	var name bytes.Buffer
	_ = xml.EscapeText(&name, []byte(root.Subject.CommonName)) // a bytes.Buffer takes all
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadCertificateFileName</key><string>switchkeep-ca.crt</string>
			<key>PayloadContent</key><data>%[1]s</data>
			<key>PayloadDisplayName</key><string>%[2]s</string>
			<key>PayloadIdentifier</key><string>internal.switchkeep.ca.%[3]s.root</string>
			<key>PayloadType</key><string>com.apple.security.root</string>
			<key>PayloadUUID</key><string>%[4]s</string>
			<key>PayloadVersion</key><integer>1</integer>
		</dict>
	</array>
	<key>PayloadDisplayName</key><string>%[2]s</string>
	<key>PayloadIdentifier</key><string>internal.switchkeep.ca.%[3]s</string>
	<key>PayloadRemovalDisallowed</key><false/>
	<key>PayloadType</key><string>Configuration</string>
	<key>PayloadUUID</key><string>%[5]s</string>
	<key>PayloadVersion</key><integer>1</integer>
</dict>
</plist>
`, base64.StdEncoding.EncodeToString(root.Raw), name.String(), id, payload, profile)
	return Download{"switchkeep-ca.mobileconfig", "application/x-apple-aspen-config", b.Bytes()}
}

// Guides tells how the downloads are put to use.
func Guides() []Guide {
	return []Guide{
		{"windows_gpo", []Step{
			{"gpo_open", "gpmc.msc"},
			{"gpo_path", `Computer Configuration\Policies\Windows Settings\Security Settings\Public Key Policies\Trusted Root Certification Authorities`},
			{"gpo_import", "switchkeep-ca.crt"},
			{"gpo_update", "gpupdate /force"},
		}},
		{"windows", []Step{{"run_as_administrator", "certutil -addstore -f Root switchkeep-ca.crt"}}},
		{"debian", []Step{
			{"copy", "sudo cp switchkeep-ca.pem /usr/local/share/ca-certificates/switchkeep-ca.crt"},
			{"update", "sudo update-ca-certificates"},
		}},
		{"fedora", []Step{
			{"copy", "sudo cp switchkeep-ca.pem /etc/pki/ca-trust/source/anchors/switchkeep-ca.pem"},
			{"update", "sudo update-ca-trust"},
		}},
		{"chromium_linux", []Step{{"import", `certutil -A -d sql:$HOME/.pki/nssdb -n switchkeep -t C,, -i switchkeep-ca.pem`}}},
		{"firefox", []Step{{"firefox_enterprise_roots", `{"policies":{"Certificates":{"ImportEnterpriseRoots":true}}}`}}},
		{"macos", []Step{{"run", "sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain switchkeep-ca.crt"}}},
		{"ios", []Step{{"open_profile", "switchkeep-ca.mobileconfig"}, {"ios_trust_switch", ""}}},
		{"android", []Step{{"android_install", "switchkeep-ca.crt"}}},
	}
}
