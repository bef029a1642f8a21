function Get-HvoMachineFinding {
    <#
    .SYNOPSIS
        Makes a VM of 1 GB with an empty disk, asks it what the agent takes for granted, and removes it again.
    .DESCRIPTION
        Everything of it is in one new folder below the folder of machines. It is connected to no switch, and has no operating system.
    .OUTPUTS
        Ordered dictionaries (see New-HvoFinding).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Machines
    )
    $name = 'hvo-first-contact-' + [Guid]::NewGuid().ToString('N').Substring(0, 8)
    $folder = Join-Path $Machines $name
    $null = [System.IO.Directory]::CreateDirectory($folder)
    $vm = $null
    try {
        $disk = Join-Path $folder 'disk.vhdx'
        $null = New-VHD -Path $disk -SizeBytes 1073741824 -Dynamic -ErrorAction Stop
        $vm = New-VM -Name $name -Generation 2 -MemoryStartupBytes 1073741824 -VHDPath $disk -Path $folder -ErrorAction Stop
        New-HvoFinding -Number 21 -Assumption 'a VM is known by its id as soon as it is made, and keeps it when it is renamed' -Check {
            Rename-VM -VM $vm -NewName "$name-b" -ErrorAction Stop
            $again = @(Get-VM -Id $vm.Id -ErrorAction Stop)
            New-HvoObservation -Observed "$($again.Count) VMs" -Differs ($again.Count -ne 1 -or [string]$again[0].Name -cne "$name-b")
        }
        New-HvoFinding -Number 22 -Assumption 'notes of several lines are kept as they are' -Check {
            Set-VM -VM $vm -Notes "one`r`ntwo=three" -ErrorAction Stop
            $lines = @(([string](Get-VM -Id $vm.Id -ErrorAction Stop).Notes) -split "`r?`n")
            New-HvoObservation -Observed "$($lines.Count) lines" -Differs ($lines.Count -ne 2 -or $lines[1] -cne 'two=three')
        }
        New-HvoFinding -Number 23 -Assumption 'the boot order of a VM that is off begins with the drive that is asked for' -Check {
            $drive = Get-VMHardDiskDrive -VM $vm -ErrorAction Stop | Select-Object -First 1
            Set-VMFirmware -VM $vm -FirstBootDevice $drive -ErrorAction Stop
            $first = @((Get-VMFirmware -VM $vm -ErrorAction Stop).BootOrder)[0]
            New-HvoObservation -Observed "type $($first.BootType)" -Differs ([string]$first.BootType -ne 'Drive')
        }
        New-HvoFinding -Number 24 -Assumption 'a VM that was started is Running at once' -Check {
            Start-VM -VM $vm -ErrorAction Stop
            $state = [string](Get-VM -Id $vm.Id -ErrorAction Stop).State
            New-HvoObservation -Observed $state -Differs ($state -cne 'Running')
        }
        New-HvoFinding -Number 25 -Assumption 'a VM that was turned off is Off at once' -Check {
            Stop-VM -VM $vm -TurnOff -Force -ErrorAction Stop
            $state = [string](Get-VM -Id $vm.Id -ErrorAction Stop).State
            New-HvoObservation -Observed $state -Differs ($state -cne 'Off')
        }
    } finally {
        if ($null -ne $vm) {
            Stop-VM -VM $vm -TurnOff -Force -ErrorAction SilentlyContinue
            Remove-VM -VM $vm -Force -ErrorAction SilentlyContinue
        }
        New-HvoFinding -Number 26 -Assumption 'nothing of a VM is left once it was removed and its folder deleted' -Check {
            [System.IO.Directory]::Delete($folder, $true)
            $left = if ($null -eq $vm) { 0 } else { @(Get-VM -ErrorAction SilentlyContinue | Where-Object { $_.Id -eq $vm.Id }).Count }
            New-HvoObservation -Observed "$left VMs left" -Differs ($left -gt 0 -or [System.IO.Directory]::Exists($folder))
        }
    }
}
