<#
.SYNOPSIS
    Publishes the guest's sealed data in its key-value pairs.
.DESCRIPTION
    The data comes sealed with the job, or the agent seals it with the secrets of its environment. The parts are published
    before the manifest, so that the guest never reads incomplete data.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$journal = $Context.Journal
$guest = Read-HvoGuest -Context $Context
# The guest has the data that was published before.
if ($null -ne $guest.Report) { return }
$sealed = $Context.Sealed
if (-not $sealed) {
    if (Test-HvoDataPublished -Context $Context -Key $guest.Key) { return }
    $sealed = New-HvoSealedData -Context $Context -Key $guest.Key
}
$items = ConvertTo-HvoProvisioningData $sealed
$digest = ConvertTo-HvoHex (Get-HvoSha256 -Bytes ([System.Text.Encoding]::ASCII.GetBytes($sealed)))
$published = Test-HvoProvisioningData -Items $items -Present (Get-HvoProvisioningData -VmId $journal.vm_id)
# A guest that has stored this data does not post its key any more.
if ($published -and $null -ne $journal.published -and $journal.published.sha256 -ceq $digest) { return }
Assert-HvoSealedDataRecipient -Context $Context -Sealed $sealed -Key $guest.Key
# Saved first: the guest may answer, and this launch be killed, before anything else is saved.
$journal.published = [ordered]@{ run = $Context.Run.id; kid = $guest.Key.Kid; sha256 = $digest }
foreach ($step in 'WaitForGuest', 'PurgeProvisioningData') { $journal.steps.Remove($step) }
Save-HvoJournal -Context $Context
if (-not $published) {
    Clear-HvoProvisioningData -System $Context.System -VmId $journal.vm_id
    $manifest = $items['ProvisioningData']
    $items.Remove('ProvisioningData')
    Set-HvoProvisioningData -System $Context.System -VmId $journal.vm_id -Items $items
    Set-HvoProvisioningData -System $Context.System -VmId $journal.vm_id -Items ([ordered]@{ ProvisioningData = $manifest })
}
$Context.StepMessage = "Published $($items.Count) parts"
