function New-FakeCim {
    <#
    .SYNOPSIS
    Returns an object that looks like an instance of a CIM class.
    #>
    param([string] $Namespace, [string] $ClassName, [System.Collections.IDictionary] $Property)
    $instance = [pscustomobject] $Property
    $class = [pscustomobject] @{ CimClassName = $ClassName; CimSystemProperties = [pscustomobject] @{ Namespace = $Namespace } }
    $instance.PSObject.Properties.Add((New-Object System.Management.Automation.PSNoteProperty('CimClass', $class)))
    $instance.PSObject.TypeNames.Insert(0, 'Microsoft.Management.Infrastructure.CimInstance')
    $instance.PSObject.TypeNames.Insert(0, "Microsoft.Management.Infrastructure.CimInstance#$Namespace/$ClassName")
    $instance
}

function Get-FakeCim {
    <#
    .SYNOPSIS
    Returns all instances of a class.
    .OUTPUTS
    A Boolean, whether there is such a class, and then the instances.
    #>
    param([string] $Namespace, [string] $ClassName)
    $space = $Namespace.Replace('\', '/').ToLowerInvariant()
    # Hyper-V's provider runs in its service, and shows an account without rights nothing.
    if ($space -eq 'root/virtualization/v2' -and (Get-FakeService) -ne 'Running') { return $true }
    $all = switch ("$space $ClassName") {
        'root/virtualization/v2 Msvm_VirtualSystemManagementService' {
            , @(New-FakeCim $space $ClassName @{ Name = 'vmms'; CreationClassName = $ClassName })
        }
        'root/virtualization/v2 Msvm_ComputerSystem' { , @(Get-FakeComputerSystem $space) }
        'root/virtualization/v2 Msvm_KvpExchangeComponent' { , @(Get-FakeRecord | ForEach-Object { Get-FakeExchange $space $_ }) }
        'root/virtualization/v2 Msvm_KvpExchangeComponentSettingData' {
            , @(Get-FakeRecord | ForEach-Object {
                    New-FakeCim $space $ClassName @{
                        InstanceID = "Microsoft:$($_.id.ToUpperInvariant())\2A34B1C2-FD73-4043-8A5B-DD2159BC743F"
                        HostExchangeItems = ConvertTo-FakeItemText (Read-FakePool $_.id) 0
                    }
                })
        }
        'root/virtualization/v2 Msvm_GuestNetworkAdapterConfiguration' {
            , @(foreach ($record in Get-FakeRecord) {
                    foreach ($adapter in $record.adapters) {
                        $addresses = @((Get-FakeGuest $record).addresses)
                        New-FakeCim $space $ClassName @{
                            InstanceID = "Microsoft:GuestNetwork\$($record.id.ToUpperInvariant())\$($adapter.id.ToUpperInvariant())"
                            IPAddresses = if ($addresses.Count -gt 0) { [string[]] $addresses } else { $null }
                        }
                    }
                })
        }
        'root/virtualization/v2 Msvm_ConcreteJob' { , @(Get-FakeJob | ForEach-Object { ConvertTo-FakeJob $_ }) }
        'root/cimv2 Win32_ComputerSystemProduct' {
            , @(New-FakeCim $space $ClassName @{ UUID = ([string] (Get-FakeHostFact).smbiosUuid).ToUpperInvariant() })
        }
        'root/cimv2 Win32_ComputerSystem' {
            $facts = Get-FakeHostFact
            , @(New-FakeCim $space $ClassName @{ Name = $facts.name; DNSHostName = $facts.name; TotalPhysicalMemory = [uint64] $facts.memoryBytes })
        }
        'root/cimv2 Win32_OperatingSystem' { , @(Get-FakeOperatingSystem $space) }
        'root/cimv2 Win32_Service' {
            $state = if ((Get-FakeService) -eq 'Stopped') { 'Stopped' } else { 'Running' }
            $service = Get-FakeFact 'service' ([pscustomobject] @{ State = $state; StartMode = 'Auto' })
            $found = @(if ($service.State) { New-FakeCim $space $ClassName @{ Name = 'vmms'; State = $service.State; StartMode = $service.StartMode } })
            , $found
        }
        'root/microsoft/windows/defender MSFT_MpPreference' {
            $defender = Get-FakeFact 'defender' $null
            if ($null -eq $defender) { $null } else {
                $all = @{ ExclusionPath = $null; ExclusionExtension = $null; DisableAutoExclusions = $false; DisableRealtimeMonitoring = $false }
                foreach ($one in $defender.PSObject.Properties) { $all[$one.Name] = $one.Value }
                , @(New-FakeCim $space $ClassName $all)
            }
        }
        'root/cimv2 Win32_Volume' {
            , @(foreach ($volume in (Get-FakeHostFact).volumes) {
                    New-FakeCim $space $ClassName @{
                        Name = [string] $volume.name; DriveType = [uint32] 3
                        FileSystem = if ($volume.PSObject.Properties['fileSystem']) { [string] $volume.fileSystem } else { 'NTFS' }
                        Capacity = [Nullable[uint64]] $volume.capacity; FreeSpace = [Nullable[uint64]] $volume.free
                    }
                })
        }
        default { $null }
    }
    $null -ne $all
    $all
}

function Get-FakeComputerSystem {
    <#
    .SYNOPSIS
    Returns the host and its VMs, as they all are instances of one class.
    #>
    param([string] $Namespace)
    $name = (Get-FakeHostFact).name
    New-FakeCim $Namespace 'Msvm_ComputerSystem' @{ Name = $name; ElementName = $name; Caption = 'Hosting Computer System'; EnabledState = [uint16] 2 }
    foreach ($record in Get-FakeRecord) {
        New-FakeCim $Namespace 'Msvm_ComputerSystem' @{
            Name = $record.id.ToUpperInvariant(); ElementName = [string] $record.name; Caption = 'Virtual Machine'
            EnabledState = [uint16] [VMState] $record.state
        }
    }
}

function Get-FakeExchange {
    <#
    .SYNOPSIS
    Returns the KVP component of a VM.
    #>
    param([string] $Namespace, [object] $Record)
    $guest = Get-FakeGuest $Record
    New-FakeCim $Namespace 'Msvm_KvpExchangeComponent' @{
        SystemName = $Record.id.ToUpperInvariant()
        DeviceID = "Microsoft:$($Record.id.ToUpperInvariant())\2A34B1C2-FD73-4043-8A5B-DD2159BC743F"
        GuestExchangeItems = ConvertTo-FakeItemText @($guest.items) 1
        GuestIntrinsicExchangeItems = ConvertTo-FakeItemText @($guest.intrinsic) 2
    }
}

function Get-FakeOperatingSystem {
    <#
    .SYNOPSIS
    Returns the host's operating system; running VMs take memory from what is free. Sizes are in KiB.
    #>
    param([string] $Namespace)
    $facts = Get-FakeHostFact
    $taken = 0
    foreach ($record in @(Get-FakeRecord | Where-Object { $_.state -eq 'Running' })) { $taken += $record.memoryStartup }
    New-FakeCim $Namespace 'Win32_OperatingSystem' @{
        Caption = [string] $facts.osName; Version = [string] $facts.osVersion
        TotalVisibleMemorySize = [uint64] ($facts.memoryBytes / 1024)
        FreePhysicalMemory = [uint64] ([math]::Max([long] 0, [long] $facts.memoryBytes - $taken) / 1024)
    }
}

function Select-FakeCim {
    <#
    .SYNOPSIS
    Keeps the instances that a WQL filter admits: comparisons with =, <> and LIKE, joined by AND.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object[]] $Instance, [string] $Filter)
    $kept = @($Instance | Where-Object { $null -ne $_ })
    foreach ($part in @($Filter -split '(?i)\s+AND\s+' | Where-Object { $_.Trim() })) {
        if ($part -notmatch "(?i)^\s*(?<name>\w+)\s*(?<op>=|<>|LIKE)\s*(?:'(?<text>(?:[^'\\]|\\.)*)'|`"(?<text>(?:[^`"\\]|\\.)*)`"|(?<text>\d+|TRUE|FALSE))\s*$") {
            Write-FakeError $Cmdlet 'Invalid query ' 'HRESULT 0x80041017' -Terminating
        }
        $name, $op = $Matches['name'], $Matches['op'].ToUpperInvariant()
        $text = $Matches['text'] -replace '\\(.)', '$1'
        $pattern = '^' + [regex]::Escape($text).Replace('%', '.*').Replace('_', '.') + '$'
        $kept = @($kept | Where-Object {
                $value = [string] $_.$name
                switch ($op) {
                    '=' { $value -eq $text }
                    '<>' { $value -ne $text }
                    default { $value -match $pattern }
                }
            })
    }
    $kept
}
