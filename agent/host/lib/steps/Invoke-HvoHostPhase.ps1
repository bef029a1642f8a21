function Invoke-HvoHostPhase {
    <#
    .SYNOPSIS
        The steps until the VM runs: checks, disk, ISO, VM.
    #>
    param([Parameter(Mandatory = $true)] [hashtable] $Context)
    $done = Test-HvoStepDone $Context 'PreChecks'
    Invoke-HvoStep $Context 'PreChecks' 'Provisioning.PreChecks.ps1' -Done $done
    $done = (Test-HvoStepDone $Context 'CopyImage') -and [System.IO.File]::Exists($Context.DiskPath)
    Invoke-HvoStep $Context 'CopyImage' 'Provisioning.CopyImage.ps1' CopyFailed "Copying $($Context.Fields.image_name)" $done
    $eject = Test-HvoStepDone $Context 'EjectProvisioningISO'
    $done = (Test-HvoStepDone $Context 'CopyProvisioningISO') -and ($eject -or [System.IO.File]::Exists($Context.IsoPath))
    Invoke-HvoStep $Context 'CopyProvisioningISO' 'Provisioning.CopyProvisioningISO.ps1' CopyFailed -Done $done
    $running = $null -ne $Context.Vm -and [string]$Context.Vm.State -eq 'Running'
    $done = (Test-HvoStepDone $Context 'RegisterVM') -and $running
    Invoke-HvoStep $Context 'RegisterVM' 'Provisioning.RegisterVM.ps1' RegisterFailed "Registering $($Context.Fields.vm_name)" $done
}
