function Invoke-HvoGuestPhase {
    <#
    .SYNOPSIS
        Runs the steps in which the guest gets its data and applies it.
    .DESCRIPTION
        The guest's data counts as published if this run published it, or if the guest has reported a state for it.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $journal = $Context.Journal
    $report = (Read-HvoGuest -Context $Context).Report
    $sealed = Get-HvoProperty $Context.Job 'sealed_data'
    $published = (Test-HvoStepDone -Context $Context -Step 'PublishProvisioningData') -and $null -ne $journal.published -and
        $journal.published.run -ceq $Context.Run.id
    $given = $null -ne $report -or $published
    $Context.Sealed = $sealed
    $waiting = -not $given -and -not $sealed
    $done = -not $waiting -and (Test-HvoStepDone -Context $Context -Step 'WaitForProvisioningKey')
    Invoke-HvoStep -Context $Context -Script 'Provisioning.WaitForProvisioningKey.ps1' -Done $done
    $done = $given -and ($null -ne $report -or -not ($sealed -or $Context.Secrets.Count))
    Invoke-HvoStep -Context $Context -Script 'Provisioning.PublishProvisioningData.ps1' -FailureCode PublishFailed -Done $done
    $done = Test-HvoStepDone -Context $Context -Step 'WaitForGuest'
    Invoke-HvoStep -Context $Context -Script 'Provisioning.WaitForGuest.ps1' -Done $done
}
