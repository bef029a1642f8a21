function Invoke-HvoGuestPhase {
    <#
    .SYNOPSIS
        The steps in which the guest gets its data and applies it.
    .DESCRIPTION
        The guest's data counts as published only if that was done in this run, or if the guest has answered to it.
    #>
    param([Parameter(Mandatory = $true)] [hashtable] $Context)
    $journal = $Context.Journal
    $told = (Read-HvoGuest $Context).Told
    $sealed = Get-HvoProperty $Context.Job 'sealed_data'
    $published = (Test-HvoStepDone $Context 'PublishProvisioningData') -and $null -ne $journal.published -and
        $journal.published.run -ceq $Context.Run.id
    $given = $null -ne $told -or $published
    $Context.Sealed = $sealed
    $waiting = -not $given -and -not $sealed
    Invoke-HvoStep $Context 'WaitForProvisioningKey' 'Provisioning.WaitForProvisioningKey.ps1' `
        -Done (-not $waiting -and (Test-HvoStepDone $Context 'WaitForProvisioningKey'))
    if (-not $given -or ($null -eq $told -and ($sealed -or $Context.Secrets.Count))) {
        Invoke-HvoStep $Context 'PublishProvisioningData' 'Provisioning.PublishProvisioningData.ps1' PublishFailed
    } else {
        Invoke-HvoStep $Context 'PublishProvisioningData' 'Provisioning.PublishProvisioningData.ps1' -Done $true
    }
    Invoke-HvoStep $Context 'WaitForGuest' 'Provisioning.WaitForGuest.ps1' -Done (Test-HvoStepDone $Context 'WaitForGuest')
}
