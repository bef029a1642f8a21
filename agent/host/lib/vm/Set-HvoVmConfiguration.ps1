function Set-HvoVmConfiguration {
    <#
    .SYNOPSIS
        Sets CPU, memory, automatic actions, network, disk, ISO and firmware of a VM that is off, as far as they differ from the job.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $fields = $Context.Fields
    $bytes = [long]$fields.gb_ram * 1073741824
    if ($Vm.ProcessorCount -ne $fields.cpu_cores) { Set-VMProcessor -VM $Vm -Count $fields.cpu_cores }
    if ($Vm.DynamicMemoryEnabled -or $Vm.MemoryStartup -ne $bytes) {
        Set-VMMemory -VM $Vm -DynamicMemoryEnabled $false -StartupBytes $bytes
    }
    # An automatic checkpoint would add a differencing disk at the first start. Server 2016 does not have them.
    $command = Get-Command -Name 'Set-VM'
    if ($command.CommandType -eq 'Alias') { $command = $command.ResolvedCommand }
    if ($command.Parameters.ContainsKey('AutomaticCheckpointsEnabled')) {
        Set-VM -VM $Vm -AutomaticCheckpointsEnabled $false
    }
    # Hyper-V keeps a file as large as the memory for a VM that it saves when the host shuts down.
    if ([string]$Vm.AutomaticStopAction -ne 'ShutDown') { Set-VM -VM $Vm -AutomaticStopAction ShutDown }
    if ([string]$Vm.AutomaticStartAction -ne 'StartIfRunning') { Set-VM -VM $Vm -AutomaticStartAction StartIfRunning }
    Set-HvoVmNetwork -Context $Context -Vm $Vm
    # A checkpoint has put another file of the folder in the disk's place.
    $disks = @(Get-VMHardDiskDrive -VM $Vm | Where-Object { $_.Path -and (Test-HvoPathInside -Path $_.Path -Folder $Context.Folder) })
    if (-not $disks.Count) { Add-VMHardDiskDrive -VM $Vm -Path $Context.DiskPath }
    $isos = @(Get-VMDvdDrive -VM $Vm | Where-Object { Test-HvoSamePath -Path $_.Path -Other $Context.IsoPath })
    if (-not $isos.Count -and [System.IO.File]::Exists($Context.IsoPath)) { Add-VMDvdDrive -VM $Vm -Path $Context.IsoPath }
    Set-HvoVmFirmware -Context $Context -Vm $Vm
}
