<#
.SYNOPSIS
    Sets the memory, while the VM runs if host and guest support that.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$bytes = [long]$Context.Job.desired.gb_ram * 1073741824
$running = [string](Get-HvoExistingVm -VmId $Context.Vm.Id).State -eq 'Running'
# A running VM already has its present memory.
$more = if ($running) { $bytes - $Context.Vm.MemoryStartup } else { $bytes }
if (($running -or $Context.Journal.resume -or (Get-HvoProperty $Context.Job.desired 'power_state') -eq 'Running') -and $more -gt 0) {
    Assert-HvoFreeMemory -Bytes $more
}
if ($running) {
    try {
        Set-VMMemory -VM $Context.Vm -StartupBytes $bytes
        return
    } catch {
        Write-HvoLog -Message "The memory cannot be changed while the VM runs: $($_.Exception.Message)"
    }
}
Stop-HvoVmForUpdate -Context $Context
Set-VMMemory -VM $Context.Vm -DynamicMemoryEnabled $false -StartupBytes $bytes
