function Invoke-HvoFinishPhase {
    <#
    .SYNOPSIS
        Runs the steps after the guest's final state: purge its data, eject the ISO, register the cluster role.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $report = (Read-HvoGuest -Context $Context).Report
    $done = Test-HvoStepDone -Context $Context -Step 'PurgeProvisioningData'
    Invoke-HvoStep -Context $Context -Script 'Provisioning.PurgeProvisioningData.ps1' -FailureCode PublishFailed -Done $done
    if ($null -ne $report -and $report.State -eq 'failed') {
        $code = $report.Code
        if ($report.Field) { $code = "$code ($($report.Field))" }
        Stop-HvoLaunch -Code GuestFailed -Message "The guest failed at $($report.Step) with $code." `
            -Summary "The guest took its data and failed at $($report.Step): $code."
    }
    $done = Test-HvoStepDone -Context $Context -Step 'EjectProvisioningISO'
    Invoke-HvoStep -Context $Context -Script 'Provisioning.EjectProvisioningISO.ps1' -Done $done
    if (Get-HvoProperty $Context.Fields 'vm_clustered' -Default $false) {
        $done = Test-HvoStepDone -Context $Context -Step 'RegisterCluster'
        Invoke-HvoStep -Context $Context -Script 'Provisioning.RegisterCluster.ps1' -FailureCode ClusterFailed -Done $done
    }
}
