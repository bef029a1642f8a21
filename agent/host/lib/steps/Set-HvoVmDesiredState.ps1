function Set-HvoVmDesiredState {
    <#
    .SYNOPSIS
        Changes what differs: processors, memory, power. Steps in which nothing does are skipped.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $desired, $vm = $Context.Job.desired, $Context.Vm
    $cpu = Get-HvoProperty $desired 'cpu_cores'
    Invoke-HvoStep -Context $Context -Step 'SetProcessor' -Script 'Update.SetProcessor.ps1' -Done ($null -eq $cpu -or $vm.ProcessorCount -eq $cpu)
    $memory = Get-HvoProperty $desired 'gb_ram'
    $same = $null -eq $memory -or $vm.MemoryStartup -eq [long]$memory * 1073741824
    Invoke-HvoStep -Context $Context -Step 'SetMemory' -Script 'Update.SetMemory.ps1' -Done $same
    $power = Get-HvoProperty $desired 'power_state'
    if (-not $power -and $Context.Journal.resume) { $power = 'Running' }
    $Context.Power = $power
    $Context.Vm = Get-HvoVmById -VmId $vm.Id
    Invoke-HvoStep -Context $Context -Step 'SetPower' -Script 'Update.SetPower.ps1' -FailureCode StartFailed -Done (-not $power -or [string]$Context.Vm.State -eq $power)
    if ($Context.Journal.resume) {
        $Context.Journal.resume = $false
        Save-HvoJournal -Context $Context
    }
}
