# The fake is trusted by every other test: what it refuses, what it keeps, and how it fails on order.
BeforeAll {
    $script:Module = Join-Path $PSScriptRoot 'FakeHyperV.psd1'
    Import-Module $Module -Force
    $script:Space = @{ Namespace = 'root\virtualization\v2' }

    function New-Item-Text([string] $Name, [string] $Data) {
        '<INSTANCE CLASSNAME="Msvm_KvpExchangeDataItem"><PROPERTY NAME="Name" TYPE="string"><VALUE>' +
        [System.Security.SecurityElement]::Escape($Name) + '</VALUE></PROPERTY><PROPERTY NAME="Data" TYPE="string"><VALUE>' +
        [System.Security.SecurityElement]::Escape($Data) + '</VALUE></PROPERTY><PROPERTY NAME="Source" TYPE="uint16">' +
        '<VALUE>0</VALUE></PROPERTY></INSTANCE>'
    }
    function Invoke-Kvp([string] $Method, [object] $Vm, [string[]] $Item) {
        $service = Get-CimInstance @Space -ClassName Msvm_VirtualSystemManagementService
        $system = Get-CimInstance @Space -ClassName Msvm_ComputerSystem -Filter "Name='$("$($Vm.Id)".ToUpperInvariant())'"
        Invoke-CimMethod -InputObject $service -MethodName $Method -Arguments @{ TargetSystem = $system; DataItems = $Item }
    }
    function Get-Exchange([object] $Vm) {
        $system = Get-CimInstance @Space -ClassName Msvm_ComputerSystem -Filter "Name='$("$($Vm.Id)".ToUpperInvariant())'"
        Get-CimAssociatedInstance -InputObject $system -ResultClassName Msvm_KvpExchangeComponent
    }
    function Invoke-Elsewhere([string] $Text) {
        & ([System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName) -NoProfile -NonInteractive -Command "
            `$ErrorActionPreference = 'Stop'; Import-Module '$Module'; $Text" 2>&1
    }
}

Describe 'The fake Hyper-V module' {
    BeforeEach {
        $script:Folder = Join-Path ([System.IO.Path]::GetTempPath()) ([guid]::NewGuid().ToString())
        $script:Volume = New-FakeHost -Path $Folder
        $script:Disk = Join-Path $Volume 'disk.vhdx'
        [System.IO.File]::WriteAllText($Disk, 'disk')
        $script:Vm = New-VM -Name 'one' -Generation 2 -MemoryStartupBytes 1GB -VHDPath $Disk -Path $Volume -SwitchName External
    }
    AfterEach {
        Remove-Item -LiteralPath $Folder -Recurse -Force
        $env:HVO_FAKE_STATE = $null
    }

    Context 'VMs' {
        It 'makes two of one name, and works on both when it is given the name' {
            $other = New-VM -Name 'one' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
            Set-VMProcessor -VMName 'one' -Count 3
            @(Get-VM 'one' | ForEach-Object { $_.ProcessorCount }) | Should -Be 3, 3
            (Get-VM -Id $other.Id).Id | Should -Be $other.Id
        }
        It 'has an adapter, a disk and no DVD drive in a new VM' {
            (Get-VMNetworkAdapter -VM $Vm).SwitchName | Should -Be 'External'
            (Get-VMHardDiskDrive -VM $Vm).Path | Should -Be $Disk
            Get-VMDvdDrive -VM $Vm | Should -BeNullOrEmpty
        }
        It 'refuses unknown parameters and switches, and disks that are not there' {
            { New-VM -Name 'two' -Notes 'x' } | Should -Throw -ErrorId 'NamedParameterNotFound,New-VM'
            { New-VM -Name 'two' -NoVHD -SwitchName 'None' -ErrorAction Stop } | Should -Throw '*virtual switch*"None"*'
            { New-VM -Name 'two' -VHDPath "$Disk.not" -ErrorAction Stop } | Should -Throw '*cannot find the file*'
            @(Get-VM).Count | Should -Be 1
        }
        It 'tells of a VM that is not there, under the ErrorAction of its caller' {
            $missing = [guid]::NewGuid()
            { Get-VM -Id $missing -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidParameter,Get-VM'
            Get-VM -Id $missing -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
            & { $ErrorActionPreference = 'Stop'; { Get-VM -Name 'nobody' } | Should -Throw '*unable to find*"nobody"*' }
        }
        It 'writes an error for a VM that cannot be opened, and lists the others' {
            $ghost = New-VM -Name 'ghost' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
            Edit-FakeVM -Id $ghost.Id -Property @{ openError = 'The volume is gone.' }
            @(Get-VM -ErrorAction SilentlyContinue -ErrorVariable failures).Name | Should -Be 'one'
            $failures.Count | Should -Be 1
            [string]$failures[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
            { Get-VM -ErrorAction Stop } | Should -Throw -ErrorId 'ObjectNotFound,Get-VM'
            { Get-VM -Id $ghost.Id -ErrorAction Stop } | Should -Throw -ErrorId 'ObjectNotFound,Get-VM'
            @(Get-CimInstance @Space -ClassName Msvm_ComputerSystem -Filter "Name='$("$($ghost.Id)".ToUpperInvariant())'").Count | Should -Be 1
        }
        It 'makes null of what cannot be read of a VM that vanishes' {
            Edit-FakeVM -Id $Vm.Id -Property @{ vanishing = @('State') }
            (Get-VM).State | Should -BeNullOrEmpty
            (Get-VM).Name | Should -Be 'one'
        }
        It 'shows nothing where its service is stopped or hidden' {
            Set-FakeHost @{ vmms = 'Stopped' }
            { Get-VM -ErrorAction Stop } | Should -Throw -ErrorId 'ObjectNotFound,Get-VM'
            Get-CimInstance @Space -ClassName Msvm_VirtualSystemManagementService | Should -BeNullOrEmpty
            (Get-CimInstance -ClassName Win32_Service -Filter "Name='vmms'").State | Should -Be 'Stopped'
            Set-FakeHost @{ vmms = 'Hidden' }
            Get-VM -ErrorAction Stop | Should -BeNullOrEmpty
        }
        It 'keeps a running VM from another boot order, whose first entry is the guest''s own and has no device' {
            Start-VM -VM $Vm
            $first = @((Get-VMFirmware -VM $Vm).BootOrder)[0]
            [string]$first.BootType | Should -Be 'File'
            $first.Device | Should -BeNullOrEmpty
            { Set-VMFirmware -VM $Vm -FirstBootDevice (Get-VMHardDiskDrive -VM $Vm) -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidState,Set-VMFirmware'
        }
        It 'gives an adapter an address at its first start, and another one on a host with another range, unless it is static' {
            (Get-VMNetworkAdapter -VM $Vm).MacAddress | Should -Be '000000000000'
            Start-VM -VM $Vm
            $first = (Get-VMNetworkAdapter -VM $Vm).MacAddress
            $first | Should -Match '^00155D000A'
            { Set-VMNetworkAdapter -VMNetworkAdapter (Get-VMNetworkAdapter -VM $Vm) -StaticMacAddress $first -ErrorAction Stop } | Should -Throw
            Stop-VM -VM $Vm -TurnOff -Force
            Set-FakeHost @{ macPrefix = '00155D000B' }
            Start-VM -VM $Vm
            (Get-VMNetworkAdapter -VM $Vm).MacAddress | Should -Match '^00155D000B'
            Stop-VM -VM $Vm -TurnOff -Force
            Set-VMNetworkAdapter -VMNetworkAdapter (Get-VMNetworkAdapter -VM $Vm) -StaticMacAddress '020000000001'
            Start-VM -VM $Vm
            (Get-VMNetworkAdapter -VM $Vm).MacAddress | Should -Be '020000000001'
        }
        It 'turns off with Force what its Shutdown service does not reach, whatever the heartbeat says' {
            Start-VM -VM $Vm
            Set-FakeGuest -Id $Vm.Id -Service @{ Shutdown = 'NoContact' }
            (Get-VM).Heartbeat | Should -Be 'OkApplicationsUnknown'
            Stop-VM -VM $Vm -Force
            @(Get-FakeLedger 'Stop-VM')[-1].detail.PowerCut | Should -BeTrue
            [string](Get-VM).State | Should -Be 'Off'
        }
        It 'keeps a running VM from being removed, resized in processors, or given another Secure Boot' {
            Start-VM -VM $Vm
            { Remove-VM -VM $Vm -Force -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidState,Remove-VM'
            { Set-VMProcessor -VM $Vm -Count 2 -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidState,Set-VMProcessor'
            { Set-VMFirmware -VM $Vm -EnableSecureBoot Off -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidState,Set-VMFirmware'
            { Set-VMMemory -VM $Vm -DynamicMemoryEnabled $true -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidState,Set-VMMemory'
            Set-VMMemory -VM $Vm -StartupBytes 2GB -ErrorAction Stop
            (Get-VM -Id $Vm.Id).MemoryStartup | Should -Be 2GB
        }
        It 'leaves disks and folders when a VM is removed, and nothing else' {
            Remove-VM -VM $Vm -Force
            [System.IO.File]::Exists($Disk) | Should -BeTrue
            [System.IO.Directory]::Exists($Vm.Path) | Should -BeTrue
            @(Get-VM).Count | Should -Be 0
            @(Get-ChildItem $Vm.Path -Recurse -File).Count | Should -Be 0
        }
        It 'asks before it removes without Force, and there is nobody to answer' {
            $said = Invoke-Elsewhere "Remove-VM -VM (Get-VM -Id '$($Vm.Id)')"
            "$said" | Should -Match 'NonInteractive'
            @(Get-VM).Count | Should -Be 1
        }
        It 'gives enumerations: a cast shows their words, a serialiser their numbers' {
            [string] $Vm.State | Should -Be 'Off'
            ConvertTo-Json $Vm.State | Should -Be '3'
        }
        It 'shows only objects of Hyper-V the way to a VM' {
            { Start-VM -VM ([pscustomobject] @{ Id = $Vm.Id }) } | Should -Throw '*VirtualMachine*'
        }
    }

    Context 'starting' {
        It 'starts a VM anew with a guest that has told nothing' {
            Start-VM -VM $Vm
            Set-FakeGuest -Id $Vm.Id -Item @{ Ready = 'yes' } -Address '10.0.0.5'
            [string] (Get-VM -Id $Vm.Id).Heartbeat | Should -Be 'OkApplicationsUnknown'
            (Get-VMNetworkAdapter -VM $Vm).IPAddresses | Should -Be '10.0.0.5'
            Stop-VM -VM $Vm -TurnOff -Force
            (Get-Exchange $Vm).GuestExchangeItems | Should -BeNullOrEmpty
            Start-VM -VM $Vm
            (Get-Exchange $Vm).GuestExchangeItems | Should -BeNullOrEmpty
        }
        It 'fails for want of memory, of a file, or on order, and writes that into the event log' {
            $log = @{ LogName = 'Microsoft-Windows-Hyper-V-VMMS-Admin'; StartTime = [DateTime]::Now.AddMinutes(-5) }
            { Get-WinEvent -FilterHashtable $log -ErrorAction Stop } | Should -Throw -ErrorId 'NoMatchingEventsFound,Get-WinEvent'
            Set-FakeHost @{ memoryBytes = 512MB }
            { Start-VM -VM $Vm -ErrorAction Stop } | Should -Throw -ErrorId 'OutOfMemory,Start-VM'
            Set-FakeHost @{ memoryBytes = 1TB }
            [System.IO.File]::Move($Disk, "$Disk.away")
            { Start-VM -VM $Vm -ErrorAction Stop } | Should -Throw '*cannot find the file*'
            [System.IO.File]::Move("$Disk.away", $Disk)
            Set-FakeFault @{ startFailure = 'Because.' }
            { Start-VM -VM $Vm -ErrorAction Stop } | Should -Throw '*Because.*'
            @(Get-WinEvent -FilterHashtable $log -MaxEvents 1)[0].Message | Should -Match 'Because'
            [string] (Get-VM -Id $Vm.Id).State | Should -Be 'Off'
        }
        It 'does not let two running VMs have one disk' {
            Start-VM -VM $Vm
            $other = New-VM -Name 'two' -Generation 2 -VHDPath $Disk -MemoryStartupBytes 1GB
            { Start-VM -VM $other -ErrorAction Stop } | Should -Throw '*used by another process*'
        }
    }

    Context 'drives and firmware' {
        It 'puts what is added last in the boot order and takes what is removed out of it' {
            Add-VMDvdDrive -VM $Vm -Path $Disk
            $dvd = Get-VMDvdDrive -VM $Vm
            Set-VMFirmware -VM $Vm -FirstBootDevice $dvd
            @((Get-VMFirmware -VM $Vm).BootOrder)[0].Device.Path | Should -Be $Disk
            Set-VMDvdDrive -VMDvdDrive $dvd -Path $null
            (Get-VMDvdDrive -VM $Vm).Path | Should -BeNullOrEmpty
            Remove-VMDvdDrive -VMDvdDrive $dvd
            @((Get-VMFirmware -VM $Vm).BootOrder).Count | Should -Be 2
            { Remove-VMDvdDrive -VMDvdDrive $dvd -ErrorAction Stop } | Should -Throw '*unable to find the drive*'
        }
        It 'has no firmware in a generation 1 VM' {
            { Get-VMFirmware -VM (New-VM -Name 'old' -Generation 1 -NoVHD) -ErrorAction Stop } | Should -Throw '*generation 2*'
        }
        It 'tags with VLANs from 1 to 4094 and unties them' {
            Set-VMNetworkAdapterVlan -VM $Vm -Access -VlanId 10
            (Get-VMNetworkAdapterVlan -VM $Vm).AccessVlanId | Should -Be 10
            { Set-VMNetworkAdapterVlan -VM $Vm -Access -VlanId 0 } | Should -Throw
            { Set-VMNetworkAdapterVlan -VM $Vm -Access } | Should -Throw -ErrorId 'AmbiguousParameterSet,Set-VMNetworkAdapterVlan'
            Set-VMNetworkAdapterVlan -VM $Vm -Untagged
            [string] (Get-VMNetworkAdapterVlan -VM $Vm).OperationMode | Should -Be 'Untagged'
        }
        It 'makes differencing disks beside what is there, never over it' {
            $path = Join-Path $Volume 'child.vhdx'
            (New-VHD -Path $path -ParentPath $Disk -Differencing).ParentPath | Should -Be $Disk
            [string] (Get-VHD -Path $path).VhdType | Should -Be 'Differencing'
            { New-VHD -Path $path -ParentPath $Disk -Differencing -ErrorAction Stop } | Should -Throw '*file exists*'
        }
    }

    Context 'key-value pairs' {
        It 'adds what is new, changes and removes what is there, and refuses the rest whole' {
            (Invoke-Kvp AddKvpItems $Vm (New-Item-Text 'a' '<1>')).ReturnValue | Should -Be 0
            (Invoke-Kvp AddKvpItems $Vm (New-Item-Text 'b' '2'), (New-Item-Text 'a' '2')).ReturnValue | Should -Be 32773
            (Get-FakeHostItem -Id $Vm.Id)['a'] | Should -BeExactly '<1>'
            @((Get-FakeHostItem -Id $Vm.Id).Keys) | Should -Be 'a'
            (Invoke-Kvp ModifyKvpItems $Vm (New-Item-Text 'b' '2')).ReturnValue | Should -Be 32773
            (Invoke-Kvp ModifyKvpItems $Vm (New-Item-Text 'a' '3')).ReturnValue | Should -Be 0
            (Invoke-Kvp RemoveKvpItems $Vm (New-Item-Text 'a' '')).ReturnValue | Should -Be 0
            (Invoke-Kvp RemoveKvpItems $Vm (New-Item-Text 'a' '')).ReturnValue | Should -Be 32773
        }
        It 'takes at most 128 items a call and values of at most 1,023 characters' {
            $many = 1..129 | ForEach-Object { New-Item-Text "n$_" 'x' }
            (Invoke-Kvp AddKvpItems $Vm $many).ReturnValue | Should -Be 32773
            (Invoke-Kvp AddKvpItems $Vm $many[0..127]).ReturnValue | Should -Be 0
            (Invoke-Kvp AddKvpItems $Vm (New-Item-Text 'long' ('x' * 1024))).ReturnValue | Should -Be 32773
        }
        It 'answers with a job that runs on and then completes or fails' {
            Set-FakeFault @{ kvpAnswer = 'job' }
            $good = Invoke-Kvp AddKvpItems $Vm (New-Item-Text 'a' '1')
            $good.ReturnValue | Should -Be 4096
            @(1..2 | ForEach-Object { (Get-CimInstance -InputObject $good.Job).JobState }) | Should -Be 4, 7
            $bad = Invoke-Kvp AddKvpItems $Vm (New-Item-Text 'a' '1')
            $null = Get-CimInstance -InputObject $bad.Job
            (Get-CimInstance -InputObject $bad.Job).JobState | Should -Be 10
            (Get-CimInstance -InputObject $bad.Job).ErrorDescription | Should -Match 'exists'
            Set-FakeFault @{ kvpAnswer = 32768 }
            (Invoke-Kvp AddKvpItems $Vm (New-Item-Text 'b' '1')).ReturnValue | Should -Be 32768
        }
        It 'shows the guest what CIM shows: escaped, by association, and only while the VM runs' {
            Start-VM -VM $Vm
            Set-FakeGuest -Id $Vm.Id -Item @{ 'k' = 'a<b>&"c"' }
            $text = @((Get-Exchange $Vm).GuestExchangeItems)
            $text.Count | Should -Be 1
            ([xml] $text[0]).SelectSingleNode('//PROPERTY[@NAME="Data"]/VALUE').InnerText | Should -BeExactly 'a<b>&"c"'
            $null = Invoke-Kvp AddKvpItems $Vm (New-Item-Text 'a' '1')
            $setting = Get-CimInstance @Space -ClassName Msvm_KvpExchangeComponentSettingData -Filter "InstanceID LIKE 'Microsoft:$("$($Vm.Id)".ToUpperInvariant())%'"
            @($setting.HostExchangeItems).Count | Should -Be 1
        }
        It 'knows its classes and properties and says so of others' {
            { Get-CimInstance -ClassName Win32_Nothing -ErrorAction Stop } | Should -Throw '*Invalid class*'
            { Get-CimInstance -ClassName Win32_Volume -Filter 'DriveType LIKES 3' } | Should -Throw '*Invalid query*'
            @(Get-CimInstance -ClassName Win32_Volume -Filter 'DriveType=3' -Property 'Name', 'FreeSpace' | ForEach-Object { $_.Capacity }) | Should -Be $null, $null
        }
    }

    Context 'the cluster' {
        It 'has no cluster cmdlets where the feature is not installed' {
            Invoke-Elsewhere 'Get-Cluster' | Out-String | Should -Match 'not recognized'
        }
        It 'is no node of a cluster while there is none' {
            Set-FakeHost @{ clusterFeature = $true }
            "$(Invoke-Elsewhere 'Get-Cluster')" | Should -Match 'cluster service is not running'
        }
        It 'makes a VM a role once, under a name of its own, and removes the role alone' {
            $null = New-FakeHost -Path $Folder -Cluster 'HVC01'
            $other = New-VM -Name 'one' -NoVHD -Generation 2
            (Add-ClusterVirtualMachineRole -VMId $Vm.Id).Name | Should -Be 'one'
            (Add-ClusterVirtualMachineRole -VMId $other.Id).Name | Should -Be 'one 2'
            { Add-ClusterVirtualMachineRole -VMId $Vm.Id -ErrorAction Stop } | Should -Throw '*already*'
            (Get-VM -Id $Vm.Id).IsClustered | Should -BeTrue
            { Remove-ClusterGroup -VMId $Vm.Id -Force -ErrorAction Stop } | Should -Throw '*contains resources*'
            Remove-ClusterGroup -VMId $Vm.Id -RemoveResources -Force
            (Get-VM -Id $Vm.Id).IsClustered | Should -BeFalse
            { Get-ClusterGroup -VMId $Vm.Id -ErrorAction Stop } | Should -Throw '*could not be found*'
        }
    }

    Context 'faults and the ledger' {
        It 'notes mutations, and no looks' {
            $null = Get-VM
            Rename-VM -VM $Vm -NewName 'two'
            @(Get-FakeLedger | ForEach-Object { $_.cmdlet }) | Should -Be 'New-VM', 'Rename-VM'
            @(Get-FakeLedger 'Rename*')[0].name | Should -Be 'two'
        }
        It 'fails on order: once, after some calls, with the category that was ordered' {
            Add-FakeFault 'Get-VM' -Message 'Access is denied.' -Category PermissionDenied -Skip 1
            $null = Get-VM
            $record = { Get-VM } | Should -Throw '*denied*' -PassThru
            $record.CategoryInfo.Category | Should -Be 'PermissionDenied'
            $null = Get-VM
        }
        It 'fails for one VM alone' {
            $other = New-VM -Name 'two' -NoVHD -Generation 2
            Add-FakeFault 'Start-VM' -Vm 'two' -Message 'Not this one.' -Times 0
            Add-FakeFault 'Invoke-CimMethod*' -Vm 'two' -Message 'Nor this.' -Times 0
            Start-VM -VM $Vm
            { Start-VM -VM $other } | Should -Throw 'Not this one.'
            (Invoke-Kvp AddKvpItems $Vm (New-Item-Text 'a' '1')).ReturnValue | Should -Be 0
            { Invoke-Kvp AddKvpItems $other (New-Item-Text 'a' '1') } | Should -Throw 'Nor this.'
        }
        It 'loses the answer of what it has done' {
            Add-FakeFault 'Rename-VM' -When after -Message 'The RPC server is unavailable.'
            { Rename-VM -VM $Vm -NewName 'two' } | Should -Throw '*RPC*'
            (Get-VM -Id $Vm.Id).Name | Should -Be 'two'
        }
        It 'ends the process before or after the effect, and frees the lock' {
            foreach ($when in 'before', 'after') {
                Add-FakeFault 'New-VM' -When $when -Kill
                Invoke-Elsewhere "`$null = New-VM -Name '$when' -NoVHD; 'survived'" | Should -Not -Contain 'survived'
            }
            @(Get-VM | Where-Object { $_.Name -ne 'one' } | ForEach-Object { $_.Name }) | Should -Be 'after'
        }
        It 'keeps what several processes write at once' {
            $null = New-FakeHost -Path $Folder -Cluster 'HVC01'
            $jobs = 1..3 | ForEach-Object {
                $start = New-Object System.Diagnostics.ProcessStartInfo
                $start.FileName = [System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName
                $start.Arguments = "-NoProfile -NonInteractive -Command `"Import-Module '$Module'; 1..5 | ForEach-Object { Add-ClusterVirtualMachineRole -VMId (New-VM -Name m -NoVHD -Generation 2).Id } | Out-Null`""
                [System.Diagnostics.Process]::Start($start)
            }
            $jobs | ForEach-Object { $_.WaitForExit() }
            @(Get-VM -Name 'm').Count | Should -Be 15
            @(Get-FakeLedger 'Add-ClusterVirtualMachineRole').Count | Should -Be 15
            @(Get-ClusterGroup | ForEach-Object { $_.Name } | Sort-Object -Unique).Count | Should -Be 15
        }
    }
}
