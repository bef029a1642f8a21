<#
.SYNOPSIS
    Polls the guest's key-value pairs for its final state, until the launch's wait_seconds are over.
.DESCRIPTION
    A guest that reports applying has stored its data, so the host deletes the published copy.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$guest = Wait-HvoGuest -Context $Context -Until {
    param($seen)
    if ($null -eq $seen.Report) { return $false }
    if ($seen.Report.State -ne 'applying') { return $true }
    if (-not $Context.Purged) {
        Clear-HvoProvisioningData -System $Context.System -VmId $Context.Journal.vm_id
        $Context.Purged = $true
    }
    return $false
}
if ($null -ne $guest.Report -and $guest.Report.State -ne 'applying') { return }
Assert-HvoGuestDeadline -Context $Context -What 'The guest reported no final state' -Guest $guest
$text = 'Configuration is published; waiting for the guest to apply it.'
if ($null -ne $guest.Report) { $text = 'The guest is applying its configuration.' }
Suspend-HvoLaunch -Reason WaitingForGuest -Message $text
