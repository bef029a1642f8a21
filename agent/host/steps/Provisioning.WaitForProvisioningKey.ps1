<#
.SYNOPSIS
    Polls the guest's key-value pairs for ProvisioningReady, until the launch's wait_seconds are over.
.DESCRIPTION
    Returns at once if the guest has reported a state or the job has sealed data. With secrets in the agent's environment
    the launch continues once the key is there; without them it ends as pending, with the key if it is there.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if ($Context.Sealed) { return }
$guest = Wait-HvoGuest -Context $Context -Until { param($seen) $null -ne $seen.Key -or $null -ne $seen.Report }
Save-HvoJournal -Context $Context
if ($null -ne $guest.Report) { return }
if ($null -eq $guest.Key) {
    Assert-HvoGuestDeadline -Context $Context -What 'The guest posted no key' -Guest $guest
    Suspend-HvoLaunch -Reason WaitingForGuestKey -Message 'The VM runs; its guest has not posted a key yet.'
}
if (-not $Context.Secrets.Count) {
    Suspend-HvoLaunch -Reason WaitingForGuestKey -Message 'The VM runs; its guest has posted its key and waits for its data.' `
        -GuestKey $guest.Key.Jwk
}
