# The forms in which a job reaches the agent: pipeline, standard input, the dispatching command.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
}

AfterAll { Remove-TestHost }

Describe 'A job' {
    BeforeEach { $world = New-TestHost }

    It 'reaches the script in a process of its own through the pipeline' {
        (Start-TestProcess $world (New-TestJob $world)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'reaches it on standard input where -File leaves the pipeline empty' {
        $result = Start-TestProcess $world (New-TestJob $world) -Form File
        $result.Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'takes its secrets from the environment of its own process and shows them nowhere' {
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        $guest = New-TestGuest
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
        $result = Start-TestProcess $world (New-TestJob $world -Attempt 2) -Environment @{ HVO_SECRET_GUEST_LA_PW = 'Canary-4' }
        $result.Outcome.reason | Should -Be 'WaitingForGuest'
        $result.Text | Should -Not -Match 'Canary'
        (Open-TestSealing $guest (Get-Publication $vmId)).Data.fields.guest_la_pw | Should -Be 'Canary-4'
    }

    It 'goes to the script of its schema through Invoke-HvoJob: <Golden>' -ForEach @(
        @{ Golden = 'provision-first'; Reason = 'WaitingForGuestKey' }, @{ Golden = 'remove'; Reason = 'Removed' }
        @{ Golden = 'update'; Reason = 'VmMissing' }, @{ Golden = 'inventory'; Reason = 'Inventory' }
    ) {
        . (Join-Path $world.Agent 'Invoke-HvoJob.ps1')
        $all = @(ConvertTo-Pipeline (New-TestJob $world $Golden) | Invoke-HvoJob 6>&1)
        (ConvertTo-Launch $all).Outcome.reason | Should -Be $Reason
    }

    It 'that Invoke-HvoJob cannot read ends as an outcome: <Text>' -ForEach @(
        @{ Text = '%%%'; Code = 'InvalidDefinition' }, @{ Text = 'e30='; Code = 'InvalidDefinition' }
        @{ Text = 'eyJzY2hlbWEiOnsiaWQiOiIuLi9ldmlsIiwidmVyc2lvbiI6MX19'; Code = 'SchemaMismatch' }
    ) {
        . (Join-Path $world.Agent 'Invoke-HvoJob.ps1')
        (ConvertTo-Launch @($Text | Invoke-HvoJob 6>&1)).Outcome.code | Should -Be $Code
    }

    It 'that has nothing left to do is quick' {
        $machine = Complete-TestMachine $world
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 9)).Outcome.reason | Should -Be 'Provisioned'
        Write-Host ('    a launch with nothing left to do: {0:0.00} s' -f $watch.Elapsed.TotalSeconds)
        $watch.Restart()
        $null = Invoke-TestAgent $world (New-TestJob $world inventory)
        Write-Host ('    an inventory of one VM: {0:0.00} s' -f $watch.Elapsed.TotalSeconds)
        $machine.VmId | Should -Not -BeNullOrEmpty
    }
}

Describe 'A disk that is full' {
    It 'in the middle of the copy is InsufficientSpace, leaves no part of the copy, and is copied once there is room' {
        $disk = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), 'hvo-full-' + [guid]::NewGuid().ToString('N').Substring(0, 8))
        $null = New-Item -ItemType Directory $disk
        & mount -t tmpfs -o 'size=2m' tmpfs $disk 2>$null
        if ($LASTEXITCODE -ne 0) { Set-ItResult -Skipped -Because 'a small file system can be mounted by root on Linux only' }
        try {
            $world = New-TestHost
            $world.Machines = Join-Path $disk 'VMs'
            Set-AllowedRoot -World $world -Root $world.Images, $world.Machines
            $launch = Invoke-TestAgent $world (New-TestJob $world)
            $launch.Outcome.code | Should -Be 'InsufficientSpace'
            $launch.Steps | Should -Contain 'CopyImage:failed'
            @(Get-ChildItem -Name (Get-Folder $world (New-TestJob $world)) | Sort-Object) | Should -Be @('journal.json', 'lock')
            & mount -o 'remount,size=16m' $disk
            (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.reason | Should -Be 'WaitingForGuestKey'
            @(Get-FakeLedger 'New-VM').Count | Should -Be 1
        } finally {
            & umount $disk
        }
    }
}

Describe 'An agent in a version''s folder' {
    BeforeEach {
        # All of the agent moves there; agent.json stays where it is, in the root.
        $world = New-TestHost
        $root = $world.Agent
        $version = [System.IO.Path]::Combine($root, 'versions', '0123456789abcdef')
        [System.IO.Directory]::Move($root, "$root-moved")
        $null = New-Item -ItemType Directory (Split-Path $version)
        [System.IO.Directory]::Move("$root-moved", $version)
        [System.IO.File]::Move((Join-Path $version 'agent.json'), (Join-Path $root 'agent.json'))
        $world.Agent = $version
    }

    It 'works by the agent.json of the root: <Golden>' -ForEach @(
        @{ Golden = 'provision-first'; Reason = 'WaitingForGuestKey' }, @{ Golden = 'remove'; Reason = 'Removed' }
        @{ Golden = 'update'; Reason = 'VmMissing' }, @{ Golden = 'inventory'; Reason = 'Inventory' }
    ) {
        (Invoke-TestAgent $world (New-TestJob $world $Golden)).Outcome.reason | Should -Be $Reason
    }

    It 'works in a process of its own, with its own ISOs' {
        (Start-TestProcess $world (New-TestJob $world)).Outcome.reason | Should -Be 'WaitingForGuestKey'
        $iso = Get-Folder $world (New-TestJob $world) 'provisioning.iso'
        [System.IO.File]::ReadAllText($iso) | Should -Be 'ISO for windows'
    }

    It 'reads no agent.json of its own: it widens nothing' {
        Set-AllowedRoot -World $world -Root $world.Root
        Set-AllowedRoot -World @{ Agent = $root } -Root $world.Images
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'PathNotAllowed'
    }

    It 'may do nothing where the root has no agent.json, whatever its own says' {
        Set-AllowedRoot -World $world -Root $world.Images, $world.Machines
        [System.IO.File]::Delete((Join-Path $root 'agent.json'))
        $outcome = (Invoke-TestAgent $world (New-TestJob $world)).Outcome
        $outcome.code | Should -Be 'PathNotAllowed'
        $outcome.message | Should -BeLike "*$(Join-Path $root 'agent.json') does not exist*"
    }

    It 'shows its own digest, which an agent.json in it does not change, and the versions of the root' {
        $get = { (ConvertFrom-Json (Invoke-TestAgent $world (New-TestJob $world inventory)).Lines[0]).agent }
        $first = & $get
        $first.versions | Should -Be @('0123456789abcdef')
        foreach ($name in 'fedcba9876543210', '00ff00ff00ff00ff', '.incoming-0', '.removed-fedcba9876543211', 'FEDCBA9876543210', 'old') {
            $null = New-Item -ItemType Directory ([System.IO.Path]::Combine($root, 'versions', $name)) -ErrorAction SilentlyContinue
        }
        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($root, 'versions', '1111111111111111'), 'a file')
        Set-AllowedRoot -World $world -Root $world.Root
        $second = & $get
        $second.versions | Should -Be @('00ff00ff00ff00ff', '0123456789abcdef', 'fedcba9876543210')
        $second.digest | Should -BeExactly $first.digest
        [System.IO.File]::AppendAllText((Join-Path $version 'Functions.ps1'), "`n")
        (& $get).digest | Should -Not -Be $first.digest
    }

    It 'that was installed by hand in the root shows the versions beside it, and a digest without them' {
        $get = { (ConvertFrom-Json (Invoke-TestAgent $world (New-TestJob $world inventory)).Lines[0]).agent }
        $alone = (& $get).digest
        Copy-Item -Recurse -Path (Join-Path $version '*') -Destination $root
        $world.Agent = $root
        $agent = & $get
        $agent.versions | Should -Be @('0123456789abcdef')
        $agent.digest | Should -BeExactly $alone
    }
}
