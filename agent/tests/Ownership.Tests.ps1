# Who may work on a machine, and where: superseded launches, tombstones, the lock, paths, ownership.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
}

AfterAll { Remove-TestHost }

Describe 'Superseded launches' {
    BeforeAll {
        $world = New-TestHost
        $null = Invoke-TestAgent $world (New-TestJob $world -Attempt 4)
    }

    It 'refuses <What> and leaves the journal as it is' -ForEach @(
        @{ What = 'the same attempt'; Attempt = 4; Generation = 3 }, @{ What = 'an older attempt'; Attempt = 3; Generation = 3 }
        @{ What = 'an older attempt of a newer generation'; Attempt = 4; Generation = 4 }
    ) {
        $job = New-TestJob $world -Attempt $Attempt -Change @{ 'run.generation' = $Generation }
        $before = Get-Content -Raw (Get-Folder $world $job 'journal.json')
        $launch = Invoke-TestAgent $world $job
        $launch.Outcome.code | Should -Be 'Superseded'
        Get-Content -Raw (Get-Folder $world $job 'journal.json') | Should -BeExactly $before
    }

    It 'are not those of a resource that was restored with an older generation' {
        $job = New-TestJob $world -Attempt 5 -Change @{ 'run.generation' = 1 }
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }
}

Describe 'Tombstones' {
    BeforeEach {
        $world = New-TestHost
        $job = New-TestJob $world -Attempt 7
        $tombstone = (Get-Folder $world $job) + '.removed'
    }

    It 'refuse every later launch of that machine, and make no folder' {
        [System.IO.File]::WriteAllText($tombstone, '{}')
        $launch = Invoke-TestAgent $world $job
        $launch.Outcome.code | Should -Be 'Superseded'
        Test-Path (Get-Folder $world $job) | Should -BeFalse
        @(Get-VM).Count | Should -Be 0
    }

    It 'refuse a launch that comes to the lock after the removal' {
        # The removal writes the tombstone between the first look and the lock: a lock that is held meanwhile simulates that.
        $null = New-Item -ItemType Directory (Get-Folder $world $job)
        $held = [System.IO.File]::Open((Get-Folder $world $job 'lock'), 'OpenOrCreate', 'ReadWrite', 'None')
        $player = [powershell]::Create()
        $null = $player.AddScript({ param($held, $file) Start-Sleep -Milliseconds 300; [IO.File]::WriteAllText($file, '{}'); $held.Dispose() })
        $null = $player.AddArgument($held).AddArgument($tombstone)
        $playing = $player.BeginInvoke()
        $launch = Invoke-TestAgent $world $job
        $null = $player.EndInvoke($playing)
        $launch.Outcome.code | Should -BeIn @('Superseded', 'HostBusy')
        @(Get-VM).Count | Should -Be 0
        (Invoke-TestAgent $world $job).Outcome.code | Should -Be 'Superseded'
    }

    It 'go after 30 days and not before' {
        $old, $young = (Join-Path $world.Machines 'a.removed'), (Join-Path $world.Machines 'b.removed')
        foreach ($file in $old, $young) { [System.IO.File]::WriteAllText($file, '{}') }
        [System.IO.File]::SetLastWriteTimeUtc($old, [DateTime]::UtcNow.AddDays(-30).AddMinutes(-1))
        [System.IO.File]::SetLastWriteTimeUtc($young, [DateTime]::UtcNow.AddDays(-30).AddMinutes(5))
        $null = Invoke-TestAgent $world $job
        Test-Path $old | Should -BeFalse
        Test-Path $young | Should -BeTrue
    }
}

Describe 'The lock' {
    BeforeEach { $world = New-TestHost }

    It 'is HostBusy while another process has it, and free once that process was killed' {
        $job = New-TestJob $world
        $null = New-Item -ItemType Directory (Get-Folder $world $job)
        $lock = Get-Folder $world $job 'lock'
        $code = "`$f = [IO.File]::Open('$lock', 'OpenOrCreate', 'ReadWrite', 'None'); 'held'; [Console]::ReadLine()"
        $start = [System.Diagnostics.ProcessStartInfo]::new((Get-TestShell))
        '-NoProfile', '-Command', $code | ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $other = [System.Diagnostics.Process]::Start($start)
        try {
            $other.StandardOutput.ReadLine() | Should -Be 'held'
            $launch = Invoke-TestAgent $world $job
            $launch.Outcome.outcome | Should -Be 'pending'
            $launch.Outcome.code | Should -Be 'HostBusy'
            $lines = (Invoke-TestAgent $world (New-TestJob $world inventory)).Lines
            @($lines -match '"type":"journal"').Count | Should -Be 0
        } finally {
            $other.Kill()
            $other.WaitForExit()
        }
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'is held by a launch as long as it runs, and shown in the inventory' {
        $job = New-TestJob $world -Change @{ 'run.wait_seconds' = 120 }
        $player = [powershell]::Create()
        $null = $player.AddScript({
                param($here, $world, $job)
                Import-Module (Join-Path $here 'FakeHyperV/FakeHyperV.psd1')
                Import-Module (Join-Path $here 'HostAgent.psm1')
                (Invoke-TestAgent $world $job).Outcome.reason
            }).AddArgument($PSScriptRoot).AddArgument($world).AddArgument($job)
        $playing = $player.BeginInvoke()
        $ends = [DateTime]::UtcNow.AddSeconds(100)
        $journal = Get-Folder $world $job 'journal.json'
        while (-not ((Test-Path $journal) -and (Get-Content -Raw $journal) -match '"step":"WaitForProvisioningKey"')) {
            if ([DateTime]::UtcNow -gt $ends) { throw 'The other launch does not get to where it waits.' }
            Start-Sleep -Milliseconds 100
        }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.code | Should -Be 'HostBusy'
        $lines = (Invoke-TestAgent $world (New-TestJob $world inventory)).Lines
        @($lines -match '"locked":true').Count | Should -Be 1
        $vmId = "$((Get-VM).Id)"
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText (New-TestGuest) $vmId }
        $player.EndInvoke($playing) | Should -Be 'WaitingForGuestKey'
    }

    It 'of the host is HostBusy for a machine while another is being registered' {
        $job = New-TestJob $world
        # The agent waits for a minute; here somebody has it for good, so the wait is made short.
        $script = Join-Path $world.Agent 'steps/Provisioning.RegisterVM.ps1'
        [System.IO.File]::WriteAllText($script, [System.IO.File]::ReadAllText($script).Replace('60000', '200'))
        $lock = [System.IO.File]::Open((Join-Path $world.Machines 'register.lock'), 'OpenOrCreate', 'ReadWrite', 'None')
        try { $launch = Invoke-TestAgent $world $job } finally { $lock.Dispose() }
        $launch.Outcome.reason | Should -Be 'HostBusy'
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }
}

Describe 'Allowed roots' {
    BeforeAll { $world = New-TestHost }

    It 'refuse <What>' -ForEach @(
        @{ What = 'a folder elsewhere'; Path = '/etc' }
        @{ What = 'a folder that only begins like a root'; Path = '{machines}2' }
        @{ What = 'steps up'; Path = '{machines}/../../../etc' }
        @{ What = 'steps up that come back'; Path = '{machines}/../VMs' }
        @{ What = 'a step to itself'; Path = '{machines}/./x' }
        @{ What = 'a relative path'; Path = 'VMs' }
        @{ What = 'the root of the root'; Path = '/' }
        @{ What = 'a device path'; Path = '\\?\D:\VMs' }
        @{ What = 'a path that becomes another one when it is resolved'; Path = '{machines}//x' }
        @{ What = 'wildcards'; Path = '{machines}/*' }
        @{ What = 'control characters'; Path = "{machines}`n" }
    ) {
        foreach ($key in 'host.paths.machines', 'host.paths.images') {
            $launch = Invoke-TestAgent $world (New-TestJob $world -Change @{ $key = $Path.Replace('{machines}', $world.Machines) })
            $launch.Outcome.code | Should -Be 'PathNotAllowed'
        }
        @(Get-ChildItem $world.Machines).Count | Should -Be 0
    }

    It 'refuse everything without agent.json, or with one that says nothing' {
        $file = Join-Path $world.Agent 'agent.json'
        foreach ($text in $null, 'no json', '{}', '{"allowed_roots": []}', '{"allowed_roots": {}}', '{"allowed_roots": {"images": ["/"]}}',
            '{"allowed_roots": {"images": [1], "machines": ["/x"]}}', '{"allowed_roots": ["VMs"]}', '{"allowed_roots": [1]}') {
            if ($null -eq $text) { Remove-Item $file } else { [System.IO.File]::WriteAllText($file, $text) }
            (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'PathNotAllowed'
        }
        Set-AllowedRoot -World $world -Root $world.Images, $world.Machines
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'are apart for images and machines: <What>' -ForEach @(
        @{ What = 'images in the root of machines'; Images = '{machines}/x'; Machines = '{machines}' }
        @{ What = 'another machine''s folder'; Images = '{machines}/3f0c6f0e-0000-4a3e-9b86-0d6f6a7a1c11'; Machines = '{machines}' }
        @{ What = 'machines in the root of images'; Images = '{images}'; Machines = '{images}/x' }
        @{ What = 'the two exchanged'; Images = '{machines}'; Machines = '{images}' }
    ) {
        $world = New-TestHost
        $change = @{
            'host.paths.images' = $Images.Replace('{machines}', $world.Machines).Replace('{images}', $world.Images)
            'host.paths.machines' = $Machines.Replace('{machines}', $world.Machines).Replace('{images}', $world.Images)
        }
        (Invoke-TestAgent $world (New-TestJob $world -Change $change)).Outcome.code | Should -Be 'PathNotAllowed'
        @(Get-ChildItem $world.Machines).Count | Should -Be 0
    }

    It 'that are one list still let no image be a machine''s disk: <What>' -ForEach @(
        @{ What = 'its folder'; Images = '{machines}/{uid}'; Machines = '{machines}' }
        @{ What = 'its folder, with other machines'; Images = '{machines}/{uid}'; Machines = '{images}/x' }
        @{ What = 'its folder in capitals'; Images = '{machines}/{UID}/Virtual Hard Disks'; Machines = '{images}/x' }
        @{ What = 'images and machines in one folder'; Images = '{machines}'; Machines = '{machines}' }
        @{ What = 'machines among images'; Images = '{images}'; Machines = '{images}/x' }
    ) {
        $world = New-TestHost
        Set-AllowedRoot -World $world -Root $world.Images, $world.Machines
        $victim = Complete-TestMachine $world
        $uid = $victim.Job.run.machine_uid
        $change = @{ 'run.machine_uid' = '99999999-0000-4000-8000-000000000001'; 'fields.vm_name' = 'thief'
            'fields.image_name' = 'disk'; 'fields.os_family' = 'windows'
        }
        foreach ($key in @{ Name = 'images'; Path = $Images }, @{ Name = 'machines'; Path = $Machines }) {
            $path = $key.Path.Replace('{machines}', $world.Machines).Replace('{images}', $world.Images).Replace('{uid}', $uid)
            $change["host.paths.$($key.Name)"] = $path.Replace('{UID}', $uid.ToUpperInvariant())
        }
        (Invoke-TestAgent $world (New-TestJob $world -Change $change)).Outcome.code | Should -Be 'PathNotAllowed'
        @(Get-VM).Count | Should -Be 1
    }

    It 'may not be nested in agent.json itself' {
        $world = New-TestHost
        Set-AllowedRoot -World $world -Images (Join-Path $world.Machines 'images') -Machines $world.Machines
        $launch = Invoke-TestAgent $world (New-TestJob $world)
        $launch.Outcome.code | Should -Be 'PathNotAllowed'
        $launch.Outcome.message | Should -Match 'allowed_roots of'
    }

    It 'hold no image that is a link to somewhere else' {
        $world = New-TestHost
        $target = Join-Path $world.Machines 'disk.vhdx'
        [System.IO.File]::WriteAllText($target, 'a disk')
        $null = New-Item -ItemType SymbolicLink -Path (Join-Path $world.Images 'Windows Link.vhdx') -Target $target
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change @{ 'fields.image_name' = 'Windows Link' })
        $launch.Outcome.code | Should -Be 'ImageUnusable'
        $launch.Outcome.message | Should -Match 'is a link'
    }

    It 'refuse a folder of the machine that is a link to somewhere else' {
        $job = New-TestJob $world -Change @{ 'run.machine_uid' = '3f0c6f0e-0000-4a3e-9b86-0d6f6a7a1c11' }
        $elsewhere = Join-Path $world.Root 'elsewhere'
        $null = New-Item -ItemType Directory $elsewhere
        $null = New-Item -ItemType SymbolicLink -Path (Get-Folder $world $job) -Target $elsewhere
        (Invoke-TestAgent $world $job).Outcome.code | Should -Be 'PathNotAllowed'
        @(Get-ChildItem $elsewhere).Count | Should -Be 0
    }
}

Describe 'Ownership' {
    BeforeEach {
        $world = New-TestHost
        $uid = (New-TestJob $world).run.machine_uid
        $cluster = (New-TestJob $world).run.cluster_uid
    }

    It 'takes up a VM that was created and not yet marked' {
        $made = New-VM -Name "hvo-$uid" -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $launch = Invoke-TestAgent $world (New-TestJob $world)
        $launch.Outcome.vm_id | Should -Be "$($made.Id)"
        @(Get-VM).Count | Should -Be 1
        (Get-VM).Name | Should -Be 'web-server-01'
        (Get-VM).Notes | Should -Match "machine-uid=$uid"
        (Get-VMHardDiskDrive -VM (Get-VM)).Path | Should -Match 'disk\.vhdx$'
    }

    It 'keeps the other lines of the notes' {
        $made = New-VM -Name "hvo-$uid" -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Set-VM -VM $made -Notes "backup=daily`r`nowner: team a"
        $null = Invoke-TestAgent $world (New-TestJob $world)
        (Get-VM).Notes -split "`r`n" | Should -Be @('backup=daily', 'owner: team a', "hyperv-operator.io/machine-uid=$uid",
            "hyperv-operator.io/cluster-uid=$cluster", 'hyperv-operator.io/machine=team-a/web-server-01')
    }

    It 'takes a mark in the notes for proof under any name, and gives the VM its own' {
        $made = New-VM -Name 'renamed by hand' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Set-VM -VM $made -Notes "x`nhyperv-operator.io/machine-uid=$uid`nhyperv-operator.io/cluster-uid=$cluster"
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id | Should -Be "$($made.Id)"
        (Get-VM).Name | Should -Be 'web-server-01'
    }

    It 'is IdentityConflict for two marked VMs, and neither is changed' {
        foreach ($n in 1, 2) {
            $made = New-VM -Name "vm$n" -Generation 2 -MemoryStartupBytes 1GB -NoVHD
            Set-VM -VM $made -Notes "hyperv-operator.io/machine-uid=$uid"
        }
        $before = @(Get-FakeLedger).Count
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'IdentityConflict'
        @(Get-FakeLedger).Count | Should -Be $before
    }

    It 'is no IdentityConflict any more once the second VM is gone: <When>' -ForEach @(
        @{ When = 'before the VM is known'; Copies = 2 }, @{ When = 'after it'; Copies = 1 }
    ) {
        if ($Copies -eq 1) { $null = Invoke-TestAgent $world (New-TestJob $world) }
        foreach ($n in 1..$Copies) {
            $made = New-VM -Name "vm$n" -Generation 2 -MemoryStartupBytes 1GB -NoVHD
            Set-VM -VM $made -Notes "hyperv-operator.io/machine-uid=$uid"
        }
        foreach ($attempt in 2, 3) {
            (Invoke-TestAgent $world (New-TestJob $world -Attempt $attempt)).Outcome.code | Should -Be 'IdentityConflict'
        }
        Remove-VM -VM $made -Force
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 4)).Outcome.reason | Should -Be 'WaitingForGuestKey'
        @(Get-VM).Count | Should -Be 1
    }

    It 'is no IdentityConflict any more once a replica has become a VM, and NotOwned no more once a VM of another cluster is gone' {
        $made = New-VM -Name 'other' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        $foreign = "hyperv-operator.io/machine-uid=$uid`nhyperv-operator.io/cluster-uid=00000000-0000-4000-8000-000000000000"
        Set-VM -VM $made -Notes $foreign
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'NotOwned'
        Remove-VM -VM $made -Force
        $vmId = (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.vm_id
        Edit-FakeVM -Id $vmId -Property @{ replicationMode = 'Replica' }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 3)).Outcome.code | Should -Be 'IdentityConflict'
        Edit-FakeVM -Id $vmId -Property @{ replicationMode = 'None' }
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 4)).Outcome.vm_id | Should -Be $vmId
    }

    It 'is NotOwned while the folder is of another cluster, which writes nothing into it' {
        $job = New-TestJob $world
        $null = New-Item -ItemType Directory (Get-Folder $world $job)
        $text = ConvertTo-Json -Compress @{ machine_uid = $uid; cluster_uid = '00000000-0000-4000-8000-000000000000'; attempt = 9; steps = @{} }
        [System.IO.File]::WriteAllText((Get-Folder $world $job 'journal.json'), $text)
        (Invoke-TestAgent $world $job).Outcome.code | Should -Be 'NotOwned'
        (Invoke-TestAgent $world (New-TestJob $world remove -Attempt 10)).Outcome.code | Should -Be 'NotOwned'
        Get-Content -Raw (Get-Folder $world $job 'journal.json') | Should -BeExactly $text
        @(Get-ChildItem $world.Machines -Filter '*.removed').Count | Should -Be 0
        Remove-Item -Recurse (Get-Folder $world $job)
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'is IdentityConflict for a marked VM that is not the one in the journal' {
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        Stop-VM -VM (Get-VM) -TurnOff -Force
        Remove-VM -VM (Get-VM) -Force
        $made = New-VM -Name 'imported' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Set-VM -VM $made -Notes "hyperv-operator.io/machine-uid=$uid"
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 2)
        $launch.Outcome.code | Should -Be 'IdentityConflict'
        $launch.Outcome.message | Should -Match $vmId
    }

    It 'is NotOwned for a VM that another Kubernetes cluster marked' {
        $made = New-VM -Name 'other' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Set-VM -VM $made -Notes "hyperv-operator.io/machine-uid=$uid`nhyperv-operator.io/cluster-uid=00000000-0000-4000-8000-000000000000"
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.code | Should -Be 'NotOwned'
    }

    It 'is NotOwned while the mark is taken from the VM by hand' {
        $null = Invoke-TestAgent $world (New-TestJob $world)
        $notes = (Get-VM).Notes
        Set-VM -VM (Get-VM) -Notes ''
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome.code | Should -Be 'NotOwned'
        Set-VM -VM (Get-VM) -Notes $notes
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 3)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'is no mark when it is part of another line' {
        $made = New-VM -Name 'quoted' -Generation 2 -MemoryStartupBytes 1GB -NoVHD
        Set-VM -VM $made -Notes "see hyperv-operator.io/machine-uid=$uid in the manual"
        $launch = Invoke-TestAgent $world (New-TestJob $world)
        $launch.Outcome.vm_id | Should -Not -Be "$($made.Id)"
        @(Get-VM).Count | Should -Be 2
    }

    It 'makes an unfinished machine anew, with a new disk, when its VM was deleted by hand' {
        $first = Invoke-TestAgent $world (New-TestJob $world)
        $disk = Get-Folder $world (New-TestJob $world) 'disk.vhdx'
        [System.IO.File]::WriteAllText($disk, 'used by a guest')
        Stop-VM -VM (Get-VM) -TurnOff -Force
        Remove-VM -VM (Get-VM) -Force
        $second = Invoke-TestAgent $world (New-TestJob $world -Attempt 2)
        $second.Outcome.reason | Should -Be 'WaitingForGuestKey'
        $second.Outcome.vm_id | Should -Not -Be $first.Outcome.vm_id
        (Get-Item $disk).Length | Should -Be 5MB
        @(Get-VM).Count | Should -Be 1
    }

    It 'starts an unfinished machine again that was turned off by hand' {
        $null = Invoke-TestAgent $world (New-TestJob $world)
        Stop-VM -VM (Get-VM) -TurnOff -Force
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Steps | Should -Contain 'RegisterVM:completed'
        (Get-VM).State | Should -Be 'Running'
    }

    It 'is NameInUse for a role of the failover cluster whose VM is on another node' {
        $clustered = New-TestHost -Cluster 'HVC01'
        Set-FakeCluster @{ groups = @(@{ name = 'Web-Server-01'; type = 'VirtualMachine'; vmId = [string][guid]::NewGuid(); owner = 'HYPERV02'; state = 'Online' }) }
        $launch = Invoke-TestAgent $clustered (New-TestJob $clustered)
        $launch.Outcome.code | Should -Be 'NameInUse'
        $launch.Outcome.message | Should -Match 'HYPERV02'
    }

    It 'makes no second VM where the failover cluster has moved the first to another node' {
        $clustered = New-TestHost -Cluster 'HVC01'
        $job = New-TestJob $clustered
        $vmId = (Invoke-TestAgent $clustered $job).Outcome.vm_id
        Set-FakeCluster @{ groups = @(@{ name = 'web-server-01'; type = 'VirtualMachine'; vmId = $vmId; owner = 'HYPERV02'; state = 'Online' }) }
        Remove-Item (Join-Path $clustered.Root "vms/$vmId.json")
        $launch = Invoke-TestAgent $clustered (New-TestJob $clustered -Attempt 2)
        $launch.Outcome.code | Should -Be 'ClusterFailed'
        Test-Path (Get-Folder $clustered $job 'disk.vhdx') | Should -BeTrue
        @(Get-FakeLedger 'New-VM').Count | Should -Be 1
    }
}

Describe 'The journal' {
    It 'that cannot be read is begun anew, and no second VM is made' {
        $world = New-TestHost
        $job = New-TestJob $world
        $vmId = (Invoke-TestAgent $world $job).Outcome.vm_id
        [System.IO.File]::WriteAllText((Get-Folder $world $job 'journal.json'), '{"machine_uid":')
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 2)
        $launch.Outcome.vm_id | Should -Be $vmId
        @(Get-FakeLedger 'New-VM').Count | Should -Be 1
    }
}
