<#
.SYNOPSIS
    Watches the guest's key-value pairs for its final state, no longer than the launch may.
.DESCRIPTION
    As soon as the guest says that it is applying its data it has stored it, and the host deletes its own copy.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$guest = Wait-HvoGuest -Context $Context -Until {
    param($seen)
    if ($null -eq $seen.Told) { return $false }
    if ($seen.Told.State -ne 'applying') { return $true }
    if (-not $Context.Purged) {
        Clear-HvoProvisioningData -System $Context.System -VmId $Context.Journal.vm_id
        $Context.Purged = $true
    }
    return $false
}
if ($null -ne $guest.Told -and $guest.Told.State -ne 'applying') { return }
Assert-HvoGuestDeadline -Context $Context -What 'The guest reported no final state' -Guest $guest
$text = 'Configuration is published; waiting for the guest to apply it.'
if ($null -ne $guest.Told) { $text = 'The guest is applying its configuration.' }
Suspend-HvoLaunch -Reason WaitingForGuest -Message $text
