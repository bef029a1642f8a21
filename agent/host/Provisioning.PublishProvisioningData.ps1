<#
.SYNOPSIS
    Publishes the guest's encrypted data in its key-value pairs.
.DESCRIPTION
    The data comes sealed with the job, or is sealed here where the secrets came with the agent's own environment. The
    parts go first and the manifest last, so that the guest never starts on less than the whole.
#>
param([Parameter(Mandatory = $true)] [hashtable] $Context)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$journal = $Context.Journal
$guest = Read-HvoGuest $Context
# The guest has taken what was published before.
if ($null -ne $guest.Told) { return }
$sealed = $Context.Sealed
if (-not $sealed) {
    if (Test-HvoPublished -Context $Context -Key $guest.Key) { return }
    $sealed = New-HvoSealing -Context $Context -Key $guest.Key
}
$items = ConvertTo-HvoPublication $sealed
$digest = ConvertTo-HvoHex (Get-HvoHash -Bytes ([System.Text.Encoding]::ASCII.GetBytes($sealed)))
$published = Test-HvoSameItem -Items $items -Present (Get-HvoHostItem -VmId $journal.vm_id)
# A guest that has just stored this very data posts its key no more.
if ($published -and $null -ne $journal.published -and $journal.published.sha256 -ceq $digest) { return }
Assert-HvoSealedFor -Context $Context -Sealed $sealed -Key $guest.Key
# Noted first: should the guest answer before the launch can note anything else, its answer is known to be to this.
$journal.published = [ordered]@{ run = $Context.Run.id; kid = $guest.Key.Kid; sha256 = $digest }
foreach ($step in 'WaitForGuest', 'PurgeProvisioningData') { $journal.steps.Remove($step) }
Save-HvoJournal $Context
if (-not $published) {
    Clear-HvoHostItem -System $Context.System -VmId $journal.vm_id
    $manifest = $items['ProvisioningData']
    $items.Remove('ProvisioningData')
    Set-HvoHostItem -System $Context.System -VmId $journal.vm_id -Items $items
    Set-HvoHostItem -System $Context.System -VmId $journal.vm_id -Items ([ordered]@{ ProvisioningData = $manifest })
}
$Context.StepMessage = "Published $($items.Count) parts"
