package wire

import (
	"fmt"
	"time"
)

// MaxEnroll bounds the body of an enrolment request in bytes.
const MaxEnroll = 16 << 10

// Paths on the console's name.
const (
	PathEnroll  = "/_link/enroll"
	PathPoll    = "/_link/enroll/poll"
	PathCarrier = "/_link"
)

// EnrollRequest asks for the enrolment of a PBX: POST PathEnroll.
type EnrollRequest struct {
	Email     string `json:"email,omitempty"`
	Password  string `json:"password,omitempty"`
	Code      string `json:"code,omitempty"`      // second factor
	AuthCode  string `json:"auth_code,omitempty"` // the secret half of an authentication code
	Account   string `json:"account,omitempty"`
	Name      string `json:"name,omitempty"`
	CSR       string `json:"csr"` // PEM, PKCS#10
	Poll      string `json:"poll"`
	Serial    string `json:"serial"`
	Model     string `json:"model"`
	Firmware  string `json:"firmware"`
	MachineID string `json:"machine_id"`
	Connector string `json:"connector"`
	Portal    Portal `json:"portal"`
}

// Check bounds every text.
func (r *EnrollRequest) Check() error {
	if (r.Email == "") == (r.AuthCode == "") {
		return fmt.Errorf("either email or auth_code: %w", ErrMalformed)
	}
	if err := blob("csr", r.CSR); err != nil {
		return err
	}
	if err := checkPortal(r.Portal); err != nil {
		return err
	}
	if len(r.Password) > 1024 {
		return fmt.Errorf("password: %w", ErrTooLong)
	}
	return texts(
		text{"email", r.Email, 0, 254}, text{"code", r.Code, 0, MaxSerial}, text{"auth_code", r.AuthCode, 0, MaxSerial},
		text{"account", r.Account, 0, MaxText}, text{"name", r.Name, 0, MaxName}, text{"poll", r.Poll, 32, MaxName},
		text{"serial", r.Serial, 1, MaxSerial}, text{"model", r.Model, 0, MaxName}, text{"firmware", r.Firmware, 0, MaxSerial},
		text{"machine_id", r.MachineID, 1, MaxName}, text{"connector", r.Connector, 0, MaxName},
	)
}

// PollRequest asks how a parked enrolment fares: POST PathPoll.
type PollRequest struct {
	Poll string `json:"poll"`
	CSR  string `json:"csr"`
}

// Check bounds every text.
func (r *PollRequest) Check() error {
	if err := blob("csr", r.CSR); err != nil {
		return err
	}
	return texts(text{"poll", r.Poll, 32, MaxName})
}

// States of an EnrollAnswer.
const (
	EnrollWait    = "wait"     // 202: wait for approval, or the data are wrong: nobody is told which
	EnrollDone    = "enrolled" // 200
	EnrollChoose  = "choose"   // 409: the credentials were right, several accounts are possible
	EnrollRefused = "refused"  // 4xx with Code
)

// WaitMessage is the uniform answer.
const WaitMessage = "Wait for approval in the console, or check your data."

// EnrollAnswer is the answer to both requests.
type EnrollAnswer struct {
	State   string `json:"state"`
	Message string `json:"message,omitempty"`

	Code         string         `json:"code,omitempty"`
	Details      map[string]any `json:"details,omitempty"`
	RetrySeconds int            `json:"retry_s,omitempty"`

	Accounts []EnrollAccount `json:"accounts,omitempty"`

	ID          string    `json:"id,omitempty"`
	Name        string    `json:"name,omitempty"`
	Certificate string    `json:"certificate,omitempty"` // PEM
	CA          string    `json:"ca,omitempty"`          // PEM of the link CA
	StreamKey   []byte    `json:"stream_key,omitempty"`
	Now         time.Time `json:"now,omitzero"`
}

// EnrollAccount is an account to choose from.
type EnrollAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}
