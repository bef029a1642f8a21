# The inventory: every line as the golden file has it, in order, in one go, quick on a full host.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force

    function Get-Inventory {
        param($World)
        $launch = Invoke-TestAgent $World (New-TestJob $World inventory)
        @($launch.Lines | ForEach-Object { ConvertFrom-Json $_ })
    }

    function Get-KeyPath {
        param($Value, [string] $Prefix = '')
        if ($Value -is [System.Management.Automation.PSCustomObject]) {
            foreach ($property in $Value.PSObject.Properties) {
                "$Prefix$($property.Name)"
                if (@('steps', 'guest') -notcontains $property.Name) { Get-KeyPath $property.Value "$Prefix$($property.Name)." }
            }
        } elseif ($Value -is [array] -and $Value.Count) { Get-KeyPath $Value[0] "$Prefix[]." }
    }
}

AfterAll { Remove-TestHost }

Describe 'The inventory of a host' {
    BeforeAll {
        $world = New-TestHost -Property @{ switches = @('External') }
        $guest = New-TestGuest
        $job = New-TestJob $world
        $vmId = (Invoke-TestAgent $world $job).Outcome.vm_id
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId; Noise = 'x' } -Address '192.168.1.100'
        $null = New-VM -Name 'legacy-db' -Generation 2 -MemoryStartupBytes 4GB -NoVHD
        [System.IO.File]::WriteAllText((Join-Path $world.Machines '77777777-8f0b-4a3e-9b86-0d6f6a7a1c11.removed'), '{}')
        $old = Join-Path $world.Machines '88888888-8f0b-4a3e-9b86-0d6f6a7a1c11.removed'
        [System.IO.File]::WriteAllText($old, '{}')
        [System.IO.File]::SetLastWriteTimeUtc($old, [DateTime]::UtcNow.AddMinutes(-61))
        $before = @(Get-FakeLedger).Count
        $lines = Get-Inventory $world
        $golden = @((Get-Golden 'inventory/host.jsonl') -split "`n" | Where-Object { $_ } | ForEach-Object { ConvertFrom-Json $_ })
    }

    It 'has the lines of the golden file in its order' {
        @($lines.type) | Should -Be @($golden.type)
    }

    It 'has the keys of the golden file in every <Type> line' -ForEach @(
        @{ Type = 'host' }, @{ Type = 'image' }, @{ Type = 'vm' }, @{ Type = 'journal' }, @{ Type = 'removed' }, @{ Type = 'outcome' }
    ) {
        $wanted = @(Get-KeyPath @($golden | Where-Object { $_.type -eq $Type })[0])
        foreach ($line in @($lines | Where-Object { $_.type -eq $Type })) {
            @(Get-KeyPath $line) | Where-Object { $wanted -notcontains $_ } | Should -BeNullOrEmpty
            $wanted | Where-Object { @(Get-KeyPath $line) -notcontains $_ -and $_ -notmatch '\[\]' } | Should -BeNullOrEmpty
        }
    }

    It 'keeps lists of one a list' {
        $text = (Invoke-TestAgent $world (New-TestJob $world inventory)).Lines
        $text[0] | Should -Match '"schema_versions":\[1\]'
        $text[0] | Should -Match '"versions":\[\]'
        $null = New-Item -ItemType Directory ([System.IO.Path]::Combine($world.Agent, 'versions', '0123456789abcdef'))
        (Invoke-TestAgent $world (New-TestJob $world inventory)).Lines[0] | Should -Match '"versions":\["0123456789abcdef"\]'
        @($text -match '"addresses":\["192\.168\.1\.100"\]').Count | Should -Be 1
        @($text -match '"addresses":\[\]').Count | Should -Be 1
    }

    It 'shows what the guest of an unfinished machine posts, raw, and nothing of others' {
        $own = $lines | Where-Object { $_.type -eq 'vm' -and $_.machine_uid }
        $own.guest.ready | Should -BeExactly (Get-ReadyText $guest $vmId)
        $own.guest.state | Should -BeNullOrEmpty
        ($lines | Where-Object { $_.type -eq 'vm' -and -not $_.machine_uid }).guest | Should -BeNullOrEmpty
    }

    It 'shows the journal as the golden one is' {
        $wanted = $golden | Where-Object { $_.type -eq 'journal' }
        $shown = $lines | Where-Object { $_.type -eq 'journal' }
        foreach ($key in 'machine_uid', 'run_id', 'generation', 'attempt', 'state', 'reason', 'code', 'locked') {
            $shown.$key | Should -Be $wanted.$key
        }
        ConvertTo-Json -Compress $shown.steps | Should -BeExactly (ConvertTo-Json -Compress $wanted.steps)
    }

    It 'shows tombstones of the last hour alone' {
        @(($lines | Where-Object { $_.type -eq 'removed' }).machine_uid) | Should -Be @('77777777-8f0b-4a3e-9b86-0d6f6a7a1c11')
    }

    It 'says that a machine is locked while a process works on it' {
        $lock = [System.IO.File]::Open((Get-Folder $world $job 'lock'), 'Open', 'ReadWrite', 'None')
        try { (Get-Inventory $world | Where-Object { $_.type -eq 'journal' }).locked | Should -BeTrue } finally { $lock.Dispose() }
        (Get-Inventory $world | Where-Object { $_.type -eq 'journal' }).locked | Should -BeFalse
    }

    It 'cuts what a guest posts at 1,000 characters' {
        $sealed = New-TestJob $world -Attempt 2
        $sealed.sealed_data = New-TestSealing -Kid $guest.Kid -VmId $vmId -Run $job.run.id
        $null = Invoke-TestAgent $world $sealed
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningState = 'z' * 2000 }
        $own = Get-Inventory $world | Where-Object { $_.type -eq 'vm' -and $_.machine_uid }
        $own.guest.state | Should -BeExactly ('z' * 1000)
    }

    It 'changes nothing' {
        @(Get-FakeLedger | Select-Object -Skip $before | Where-Object { $_.cmdlet -notlike '*KvpItems' }).Count | Should -Be 0
    }

    It 'fails as a whole where a part cannot be read' {
        Add-FakeFault 'Get-VM' -Message 'The RPC server is unavailable.'
        $lines = (Invoke-TestAgent $world (New-TestJob $world inventory)).Lines
        (ConvertFrom-Json $lines[-1]).outcome | Should -Be 'failed'
    }

    It 'is PathNotAllowed for folders that the host does not allow' {
        $launch = Invoke-TestAgent $world (New-TestJob $world inventory -Change @{ 'host.paths.machines' = '/' })
        $launch.Outcome.code | Should -Be 'PathNotAllowed'
    }
}

Describe 'The digest of the agent' {
    It 'is that of its files, by name and content, without the host''s own agent.json' {
        $world = New-TestHost
        $get = { (Get-Inventory $world)[0].agent.digest }
        $first = & $get
        $lines = Get-ChildItem -Recurse -File $world.Agent | Where-Object { $_.Name -ne 'agent.json' } | ForEach-Object {
            (Get-FileHash $_.FullName).Hash.ToLower() + '  ' + $_.FullName.Substring($world.Agent.Length + 1).Replace('\', '/') + "`n"
        }
        $sorted = [string[]]$lines
        [array]::Sort($sorted, [StringComparer]::Ordinal)
        $hash = [System.Security.Cryptography.SHA256]::Create().ComputeHash([System.Text.Encoding]::UTF8.GetBytes(-join $sorted))
        $first | Should -Be ('sha256:' + [BitConverter]::ToString($hash).Replace('-', '').ToLower())
        Set-AllowedRoot -World $world -Root $world.Images, $world.Machines, $world.Root
        & $get | Should -Be $first
        [System.IO.File]::AppendAllText((Join-Path $world.Agent 'Functions.ps1'), "`n")
        & $get | Should -Not -Be $first
    }
}

Describe 'The inventory of a full host' {
    It 'asks Hyper-V the same number of times for 40 VMs as for one' {
        $world = New-TestHost
        $null = New-VM -Name 'vm0' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $asked = foreach ($count in 1, 40) {
            while (@(Get-VM).Count -lt $count) { $null = New-VM -Name "vm$([guid]::NewGuid())" -Generation 2 -MemoryStartupBytes 1GB -NoVHD }
            foreach ($name in 'Get-VM', 'Get-CimInstance*', 'Get-VMNetworkAdapter', 'Get-CimAssociatedInstance', 'Get-VMIntegrationService') {
                Add-FakeFault $name -Milliseconds 1 -Times 100000
            }
            $null = Get-Inventory $world
            $left = (Get-Content -Raw (Join-Path $world.Root 'faults.json') | ConvertFrom-Json).cmdlets.times
            Set-FakeFault @{ cmdlets = @() }
            500000 - ($left | Measure-Object -Sum).Sum
        }
        $asked[0] | Should -BeGreaterThan 3
        $asked[1] | Should -Be $asked[0]
    }
}
