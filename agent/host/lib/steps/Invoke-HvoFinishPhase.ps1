function Invoke-HvoFinishPhase {
    <#
    .SYNOPSIS
        The steps after the guest's final state: nothing of its data, and no ISO, is left.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $told = (Read-HvoGuest -Context $Context).Told
    $done = Test-HvoStepDone -Context $Context -Step 'PurgeProvisioningData'
    Invoke-HvoStep -Context $Context -Step 'PurgeProvisioningData' -Script 'Provisioning.PurgeProvisioningData.ps1' -FailureCode PublishFailed -Done $done
    if ($null -ne $told -and $told.State -eq 'failed') {
        Stop-HvoLaunch -Code GuestFailed -Message "The guest failed at $($told.Step) with $($told.Code)." `
            -Summary "The guest took its data and failed at $($told.Step): $($told.Code)." `
            -Details ([ordered]@{ step = $told.Step; code = $told.Code })
    }
    $done = Test-HvoStepDone -Context $Context -Step 'EjectProvisioningISO'
    Invoke-HvoStep -Context $Context -Step 'EjectProvisioningISO' -Script 'Provisioning.EjectProvisioningISO.ps1' -Done $done
    if (Get-HvoProperty $Context.Fields 'vm_clustered' -Default $false) {
        $done = Test-HvoStepDone -Context $Context -Step 'RegisterCluster'
        Invoke-HvoStep -Context $Context -Step 'RegisterCluster' -Script 'Provisioning.RegisterCluster.ps1' -FailureCode ClusterFailed -Done $done
    }
}
