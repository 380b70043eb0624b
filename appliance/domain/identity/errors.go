package identity

import "github.com/switchkeep/switchkeep/appliance/platform/fault"

// The refusals of this room.
var (
	// ErrCredentials is the one answer to an unknown user and to a wrong password. Details: captcha (bool).
	ErrCredentials = fault.New(fault.KindUnauthenticated, "bad_credentials", "the e-mail or the password is wrong")
	// ErrCaptcha asks for a solved captcha.
	ErrCaptcha = fault.New(fault.KindUnauthenticated, "captcha_required", "a captcha must be solved first").
			With(map[string]any{"captcha": true})
	// ErrLocked says that this user and client are locked; RetryAfter is the time left.
	ErrLocked = fault.New(fault.KindLocked, "locked", "too many wrong passwords: locked for this user on this device")
	// ErrTooMany refuses an address that asks too often.
	ErrTooMany = fault.New(fault.KindTooMany, "too_many_attempts", "too many attempts from this address")
	// ErrBusy says that the queue for password checks is full.
	ErrBusy = fault.New(fault.KindUnavailable, "busy", "too many sign-ins at once; try again")
	// ErrTicket says that a begun sign-in is over.
	ErrTicket = fault.New(fault.KindUnauthenticated, "ticket_ended", "the sign-in took too long; begin again")
	// ErrCode refuses a one-time code.
	ErrCode = fault.New(fault.KindUnauthenticated, "bad_code", "the code is wrong or was used already")
	// ErrMFANeeded asks for a one-time code beside the password.
	ErrMFANeeded = fault.New(fault.KindUnauthenticated, "mfa_required", "a one-time code is needed")
	// ErrFrozen says that the account is frozen. Details: account, reason.
	ErrFrozen = fault.New(fault.KindDenied, "frozen", "the account is frozen")
	// ErrNoMembership says that the user works in no account.
	ErrNoMembership = fault.New(fault.KindDenied, "no_membership", "this user works in no account")
	// ErrSignedOut says that the session is over, or never was.
	ErrSignedOut = fault.New(fault.KindUnauthenticated, "signed_out", "sign in first")
	// ErrIdle says that the session waits for the password again.
	ErrIdle = fault.New(fault.KindUnauthenticated, "idle", "locked after 30 minutes without activity")
	// ErrToken says that a link is unknown.
	ErrToken = fault.New(fault.KindNotFound, "token_unknown", "this link is not known here")
	// ErrTokenExpired says that a link has ended or was replaced.
	ErrTokenExpired = fault.New(fault.KindConflict, "token_expired", "this link has ended")
	// ErrTokenUsed says that a link has done its work.
	ErrTokenUsed = fault.New(fault.KindConflict, "token_used", "this link was used already")
	// ErrMember says that the person is in the account already.
	ErrMember = fault.New(fault.KindConflict, "member_exists", "this person is in the account already")
	// ErrActivated says that there is nothing to resend.
	ErrActivated = fault.New(fault.KindConflict, "already_activated", "this person is active already")
	// ErrNotActivated says that the person has to activate first.
	ErrNotActivated = fault.New(fault.KindConflict, "not_activated", "this person has not activated yet: resend the invitation")
	// ErrNotHome says that the person is managed by another account.
	ErrNotHome = fault.New(fault.KindConflict, "managed_elsewhere", "another account manages this person's password: use \"Forgot password\"")
	// ErrEmailTaken says that the e-mail belongs to somebody.
	ErrEmailTaken = fault.New(fault.KindConflict, "email_taken", "the e-mail belongs to somebody already")
	// ErrNoMail says that no mail server is set.
	ErrNoMail = fault.New(fault.KindConflict, "no_mail", "no mail server is set")
	// ErrPassword refuses the present password of a signed-in user.
	ErrPassword = fault.Invalid("password", "wrong", "the present password is wrong")
	// ErrNoTOTP says that no second factor is set up, or none waits for its code.
	ErrNoTOTP = fault.New(fault.KindConflict, "no_totp", "no second factor is set up")
	// ErrTOTP says that a second factor is set up already.
	ErrTOTP = fault.New(fault.KindConflict, "totp_exists", "a second factor is set up already: remove it first")
)
