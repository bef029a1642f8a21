function Set-HvoVmDesiredState {
    <#
    .SYNOPSIS
        Runs the steps of an update that change something: processors, memory, power. The others are skipped.
    .DESCRIPTION
        Fails with VmCritical for a VM in a critical state, which can only be switched off.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $desired, $vm = $Context.Job.desired, $Context.Vm
    $cpu = Get-HvoProperty $desired 'cpu_cores'
    $switchedOff = [string](Get-HvoProperty $desired 'power_state') -eq 'Off' -and $null -eq $cpu -and
        $null -eq (Get-HvoProperty $desired 'gb_ram')
    if (-not $switchedOff) { Assert-HvoVmNotCritical -Vm $vm }
    $done = $null -eq $cpu -or $vm.ProcessorCount -eq $cpu
    Invoke-HvoStep -Context $Context -Script 'Update.SetProcessor.ps1' -Done $done
    $memory = Get-HvoProperty $desired 'gb_ram'
    $done = $null -eq $memory -or $vm.MemoryStartup -eq [long]$memory * 1073741824
    Invoke-HvoStep -Context $Context -Script 'Update.SetMemory.ps1' -Done $done
    $power = Get-HvoProperty $desired 'power_state'
    if (-not $power -and $Context.Journal.resume) { $power = 'Running' }
    $Context.Power = $power
    $Context.Vm = Get-HvoExistingVm -VmId $vm.Id
    $done = -not $power -or [string]$Context.Vm.State -eq $power
    Invoke-HvoStep -Context $Context -Script 'Update.SetPower.ps1' -FailureCode StartFailed -Done $done
    if ($Context.Journal.resume) {
        $Context.Journal.resume = $false
        Save-HvoJournal -Context $Context
    }
}
