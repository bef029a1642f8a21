function Get-HvoFinding {
    <#
    .SYNOPSIS
        Returns the findings about the agent's eleven riskiest assumptions, the riskiest first. Changes nothing.
    .OUTPUTS
        Ordered dictionaries (see New-HvoFinding).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter()] [string] $Images = '',
        [Parameter()] [string] $Machines = ''
    )
    New-HvoFinding -Number 1 -Assumption 'PowerShell runs scripts in full language' -Check {
        $mode = [string]$ExecutionContext.SessionState.LanguageMode
        New-HvoObservation -Observed $mode -Differs ($mode -cne 'FullLanguage')
    }
    New-HvoFinding -Number 2 -Assumption 'a VM that cannot be read is an error of its own, and Get-VM lists the others' -Check {
        $errors = @()
        $vms = @(Get-VM -ErrorAction SilentlyContinue -ErrorVariable errors)
        New-HvoObservation -Observed "$($vms.Count) VMs, $(@($errors).Count) errors" -Differs ($vms.Count -eq 0 -and @($errors).Count -gt 0)
    }
    New-HvoFinding -Number 3 -Assumption 'a VM has one of the states that the agent knows' -Check {
        $states = @(Get-VM -ErrorAction SilentlyContinue | ForEach-Object { [string]$_.State } | Select-Object -Unique)
        $known = 'Running', 'Off', 'Paused', 'Saved', 'Starting', 'Stopping', 'Saving', 'Pausing', 'Resuming', 'Reset',
            'OffCritical', 'RunningCritical', 'PausedCritical', 'SavedCritical'
        $others = @($states | Where-Object { $known -cnotcontains $_ })
        $differs = if ($states.Count) { [bool]$others.Count } else { $null }
        New-HvoObservation -Observed "states: $($states -join ', ')" -Differs $differs
    }
    New-HvoFinding -Number 4 -Assumption 'a guest that has booted has a boot entry of the type File without a device' -Check {
        $running = @(Get-VM -ErrorAction SilentlyContinue | Where-Object {
                [string]$_.State -eq 'Running' -and [int]$_.Generation -eq 2
            } | Select-Object -First 10)
        $files, $devices = 0, 0
        foreach ($vm in $running) {
            foreach ($entry in @((Get-VMFirmware -VM $vm -ErrorAction Stop).BootOrder)) {
                if ([string]$entry.BootType -ne 'File') { continue }
                $files += 1
                if ($null -ne $entry.Device) { $devices += 1 }
            }
        }
        $differs = if ($files) { $devices -gt 0 } else { $null }
        New-HvoObservation -Observed "$($running.Count) VMs, $files entries of the type File, $devices with a device" -Differs $differs
    }
    New-HvoFinding -Number 5 -Assumption 'integration services are found by their ids, whatever the language of Windows' -Check {
        $vm = Get-VM -ErrorAction SilentlyContinue | Select-Object -First 1
        if ($null -eq $vm) { return New-HvoObservation -Observed 'no VM' }
        $ids = @(Get-VMIntegrationService -VM $vm -ErrorAction Stop | ForEach-Object { ([string]$_.Id).ToUpperInvariant() })
        $missing = @('2A34B1C2-FD73-4043-8A5B-DD2159BC743F', '9F8233AC-BE49-4C79-8EE3-E7E1985B2077' | Where-Object {
                $wanted = $_
                -not @($ids | Where-Object { $_.EndsWith($wanted, [StringComparison]::Ordinal) }).Count
            })
        New-HvoObservation -Observed "$($ids.Count) services, $($missing.Count) of 2 missing" -Differs ($missing.Count -gt 0)
    }
    New-HvoFinding -Number 6 -Assumption 'a command of a script module ignores the preference of its caller' -Check {
        if (-not (Get-Command -Name 'Get-NetAdapter' -ErrorAction SilentlyContinue)) {
            return New-HvoObservation -Observed 'no such module'
        }
        $ErrorActionPreference = 'Stop'
        try {
            $null = Get-NetAdapter -Name 'hvo-there-is-none' 2>&1
            $ignored = $true
        } catch {
            $ignored = $false
        }
        try {
            $null = Get-NetAdapter -Name 'hvo-there-is-none' -ErrorAction Stop
            $stopped = $false
        } catch {
            $stopped = $true
        }
        $observed = "preference ignored: $ignored, -ErrorAction Stop stops: $stopped"
        New-HvoObservation -Observed $observed -Differs (-not ($ignored -and $stopped))
    }
    New-HvoFinding -Number 7 -Assumption 'key-value pairs of guests are read with one query, as XML with names and data' -Check {
        $components = @(Get-CimInstance -Namespace 'root\virtualization\v2' -ClassName 'Msvm_KvpExchangeComponent')
        $items = @($components | ForEach-Object { @(Get-HvoProperty $_ 'GuestIntrinsicExchangeItems') } | Where-Object { $_ })
        $parsed = @($items | ForEach-Object { ConvertFrom-HvoKvpItem $_ } | Where-Object { $null -ne $_ })
        $differs = if ($items.Count) { $parsed.Count -ne $items.Count } else { $null }
        New-HvoObservation -Observed "$($components.Count) components, $($items.Count) items, $($parsed.Count) read" -Differs $differs
    }
    New-HvoFinding -Number 8 -Assumption 'virtual disks are described by Get-VHD without being attached' -Check {
        if (-not $Images) { return New-HvoObservation -Observed 'no folder of images was named' }
        $files = @([System.IO.DirectoryInfo]::new($Images).GetFiles('*.vhdx') | Select-Object -First 20)
        $read = @($files | ForEach-Object { Get-VHD -Path $_.FullName -ErrorAction Stop })
        $parents = @($read | Where-Object { $_.ParentPath }).Count
        $differs = if ($files.Count) { $read.Count -ne $files.Count } else { $null }
        New-HvoObservation -Observed "$($files.Count) images, $($read.Count) read, $parents with a parent" -Differs $differs
    }
    New-HvoFinding -Number 9 -Assumption 'every folder is on a volume that Win32_Volume names, with its file system' -Check {
        if (-not $Machines) { return New-HvoObservation -Observed 'no folder of machines was named' }
        $volume = Get-HvoFileSystemOf -Path $Machines
        if ($null -eq $volume) { return New-HvoObservation -Observed 'no volume has this path' -Differs $true }
        New-HvoObservation -Observed "file system $($volume.FileSystem)" -Differs ('NTFS', 'ReFS', 'CSVFS' -cnotcontains $volume.FileSystem)
    }
    New-HvoFinding -Number 10 -Assumption 'the groups of the agent''s process show whether its logon is a network logon' -Check {
        $groups = @([System.Security.Principal.WindowsIdentity]::GetCurrent().Groups | ForEach-Object { $_.Value })
        $kinds = @('S-1-5-2', 'S-1-5-3', 'S-1-5-4', 'S-1-5-6', 'S-1-5-14' | Where-Object { $groups -ccontains $_ })
        $words = @{ 'S-1-5-2' = 'network'; 'S-1-5-3' = 'batch'; 'S-1-5-4' = 'interactive'; 'S-1-5-6' = 'service'; 'S-1-5-14' = 'remote' }
        $shown = @($kinds | ForEach-Object { $words[$_] }) -join ', '
        New-HvoObservation -Observed "logon: $shown" -Differs ($kinds.Count -eq 0)
    }
    New-HvoFinding -Number 11 -Assumption 'VMs are listed in less than five seconds' -Check {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $count = @(Get-VM -ErrorAction SilentlyContinue).Count
        $seconds = [long][Math]::Ceiling($watch.Elapsed.TotalSeconds)
        New-HvoObservation -Observed "$count VMs in $seconds seconds" -Differs ($seconds -gt 5)
    }
}
