function Invoke-HvoHostPhase {
    <#
    .SYNOPSIS
        Runs the steps until the VM runs: checks, disk, ISO, VM.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    if ($null -ne $Context.Vm) { Restore-HvoPublication -Context $Context }
    $done = Test-HvoStepDone -Context $Context -Step 'PreChecks'
    Invoke-HvoStep -Context $Context -Script 'Provisioning.PreChecks.ps1' -Done $done
    $done = (Test-HvoStepDone -Context $Context -Step 'CopyImage') -and [System.IO.File]::Exists($Context.DiskPath)
    Invoke-HvoStep -Context $Context -Script 'Provisioning.CopyImage.ps1' -FailureCode CopyFailed -Done $done `
        -Message "Copying $($Context.Fields.image_name)"
    $ejected = Test-HvoStepDone -Context $Context -Step 'EjectProvisioningISO'
    $done = (Test-HvoStepDone -Context $Context -Step 'CopyProvisioningISO') -and ($ejected -or [System.IO.File]::Exists($Context.IsoPath))
    Invoke-HvoStep -Context $Context -Script 'Provisioning.CopyProvisioningISO.ps1' -FailureCode CopyFailed -Done $done
    $running = $null -ne $Context.Vm -and [string]$Context.Vm.State -eq 'Running'
    $done = (Test-HvoStepDone -Context $Context -Step 'RegisterVM') -and $running
    Invoke-HvoStep -Context $Context -Script 'Provisioning.RegisterVM.ps1' -FailureCode RegisterFailed -Done $done `
        -Message "Registering $($Context.Fields.vm_name)"
}
