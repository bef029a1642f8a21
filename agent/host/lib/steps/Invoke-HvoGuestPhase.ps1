function Invoke-HvoGuestPhase {
    <#
    .SYNOPSIS
        The steps in which the guest gets its data and applies it.
    .DESCRIPTION
        The guest's data counts as published only if that was done in this run, or if the guest has answered to it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal = $Context.Journal
    $told = (Read-HvoGuest -Context $Context).Told
    $sealed = Get-HvoProperty $Context.Job 'sealed_data'
    $published = (Test-HvoStepDone -Context $Context -Step 'PublishProvisioningData') -and $null -ne $journal.published -and
        $journal.published.run -ceq $Context.Run.id
    $given = $null -ne $told -or $published
    $Context.Sealed = $sealed
    $waiting = -not $given -and -not $sealed
    Invoke-HvoStep -Context $Context -Step 'WaitForProvisioningKey' -Script 'Provisioning.WaitForProvisioningKey.ps1' `
        -Done (-not $waiting -and (Test-HvoStepDone -Context $Context -Step 'WaitForProvisioningKey'))
    if (-not $given -or ($null -eq $told -and ($sealed -or $Context.Secrets.Count))) {
        Invoke-HvoStep -Context $Context -Step 'PublishProvisioningData' -Script 'Provisioning.PublishProvisioningData.ps1' -FailureCode PublishFailed
    } else {
        Invoke-HvoStep -Context $Context -Step 'PublishProvisioningData' -Script 'Provisioning.PublishProvisioningData.ps1' -Done $true
    }
    Invoke-HvoStep -Context $Context -Step 'WaitForGuest' -Script 'Provisioning.WaitForGuest.ps1' -Done (Test-HvoStepDone -Context $Context -Step 'WaitForGuest')
}
