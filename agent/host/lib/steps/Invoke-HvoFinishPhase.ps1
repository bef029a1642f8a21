function Invoke-HvoFinishPhase {
    <#
    .SYNOPSIS
        The steps after the guest's final state: nothing of its data, and no ISO, is left.
    #>
    param([Parameter(Mandatory = $true)] [hashtable] $Context)
    $told = (Read-HvoGuest $Context).Told
    $done = Test-HvoStepDone $Context 'PurgeProvisioningData'
    Invoke-HvoStep $Context 'PurgeProvisioningData' 'Provisioning.PurgeProvisioningData.ps1' PublishFailed -Done $done
    if ($null -ne $told -and $told.State -eq 'failed') {
        Stop-HvoLaunch -Code GuestFailed -Message "The guest failed at $($told.Step) with $($told.Code)." `
            -Summary "The guest took its data and failed at $($told.Step): $($told.Code)." `
            -Details ([ordered]@{ step = $told.Step; code = $told.Code })
    }
    $done = Test-HvoStepDone $Context 'EjectProvisioningISO'
    Invoke-HvoStep $Context 'EjectProvisioningISO' 'Provisioning.EjectProvisioningISO.ps1' -Done $done
    if (Get-HvoProperty $Context.Fields 'vm_clustered' $false) {
        $done = Test-HvoStepDone $Context 'RegisterCluster'
        Invoke-HvoStep $Context 'RegisterCluster' 'Provisioning.RegisterCluster.ps1' ClusterFailed -Done $done
    }
}
