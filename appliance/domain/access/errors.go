package access

import "github.com/switchkeep/switchkeep/appliance/platform/fault"

var (
	// ErrHidden says that the caller may not know of the object: it looks absent.
	ErrHidden = fault.New(fault.KindNotFound, "not_found", "not found")
	// ErrDenied says that the caller sees the object and may not do this.
	ErrDenied = fault.New(fault.KindDenied, "denied", "you may not do this")
	// ErrNotAuthorized says that the account does not let those above do this.
	ErrNotAuthorized = fault.New(fault.KindDenied, "not_authorized", "the account has not authorized this")
	// ErrRole says that nobody gives rights that he has not got himself.
	ErrRole = fault.New(fault.KindDenied, "role_too_strong", "you cannot give a role with rights that you do not have")
)
