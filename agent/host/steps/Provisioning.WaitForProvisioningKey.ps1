<#
.SYNOPSIS
    Watches the guest's key-value pairs for ProvisioningReady, no longer than the launch may.
.DESCRIPTION
    Returns at once where the guest has answered already or its data came along sealed. Secrets of the agent's own
    environment let the launch go on with the key; without them it ends as pending, with the key if it is there.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if ($Context.Sealed) { return }
$guest = Wait-HvoGuest -Context $Context -Until { param($seen) $null -ne $seen.Key -or $null -ne $seen.Told }
Save-HvoJournal -Context $Context
if ($null -ne $guest.Told) { return }
if ($null -eq $guest.Key) {
    Assert-HvoGuestDeadline -Context $Context -What 'The guest posted no key' -Guest $guest
    Suspend-HvoLaunch -Reason WaitingForGuestKey -Message 'The VM runs; its guest has not posted a key yet.'
}
if (-not $Context.Secrets.Count) {
    Suspend-HvoLaunch -Reason WaitingForGuestKey -Message 'The VM runs; its guest has posted its key and waits for its data.' `
        -GuestKey $guest.Key.Jwk
}
