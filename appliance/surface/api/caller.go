package api

import (
	"github.com/switchkeep/switchkeep/appliance/surface/api/route"
)

// console is the kind of the callers that this surface has.
const console = "console"

// identify fills the call with whom its session stands for. A quiet request does not prolong it.
func (a *API) identify(c *route.Call, quiet bool) error {
	v, err := a.c.Identity.Session(c.HTTP.Context(), c.Token, !quiet)
	if err != nil {
		return err
	}
	c.SignedIn, c.Proved = true, v.Session.Proved(c.By.At)
	c.Who = route.Who{
		User: v.User.ID, Session: v.Session.ID, Membership: v.Acting.ID, Account: v.Acting.Account, Role: v.Acting.Role,
		Kind: console, MFA: v.Session.MFA,
	}
	c.By.User, c.By.UserLabel = v.User.ID, v.User.Email
	c.By.Session, c.By.Account = v.Session.ID, v.Acting.Account
	return nil
}
