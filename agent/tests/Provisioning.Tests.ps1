# One provisioning from start to completed: order of the steps, what the VM is then, and what is left of it on the host.
BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'FakeHyperV/FakeHyperV.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'HostAgent.psm1') -Force
}

AfterAll { Remove-TestHost }

Describe 'A provisioning whose data the operator seals' {
    BeforeAll {
        $world = New-TestHost
        $machine = Complete-TestMachine $world
        $first, $second, $third = $machine.Launches
        $golden = ConvertFrom-Json (Get-Golden 'jobs/provision-first.json')
    }

    It 'goes through the steps in order and ends each launch where it has to wait' {
        $first.Steps | Should -Be @('PreChecks:started', 'PreChecks:completed', 'CopyImage:started', 'CopyImage:completed',
            'CopyProvisioningISO:started', 'CopyProvisioningISO:completed', 'RegisterVM:started', 'RegisterVM:completed',
            'WaitForProvisioningKey:started')
        $second.Steps | Should -Be @('PreChecks:skipped', 'CopyImage:skipped', 'CopyProvisioningISO:skipped', 'RegisterVM:skipped',
            'WaitForProvisioningKey:started', 'WaitForProvisioningKey:completed', 'PublishProvisioningData:started',
            'PublishProvisioningData:completed', 'WaitForGuest:started')
        $third.Steps | Should -Be @('PreChecks:skipped', 'CopyImage:skipped', 'CopyProvisioningISO:skipped', 'RegisterVM:skipped',
            'WaitForProvisioningKey:skipped', 'PublishProvisioningData:skipped', 'WaitForGuest:started', 'WaitForGuest:completed',
            'PurgeProvisioningData:started', 'PurgeProvisioningData:completed', 'EjectProvisioningISO:started',
            'EjectProvisioningISO:completed')
    }

    It 'writes <Launch> as the golden file <Golden> has it' -ForEach @(
        @{ Launch = 0; Golden = 'outcome-pending-key' }, @{ Launch = 1; Golden = 'outcome-pending-guest' }
        @{ Launch = 2; Golden = 'outcome-completed' }
    ) {
        $wanted = ConvertFrom-Json (Get-Golden "records/$Golden.json")
        $wanted.vm_id = $machine.VmId
        ConvertTo-Json $machine.Launches[$Launch].Outcome | Should -BeExactly (ConvertTo-Json $wanted)
    }

    It 'writes step records with the keys of the golden files' {
        foreach ($record in $first.Records) {
            $record.PSObject.Properties.Name | Should -Be (ConvertFrom-Json (Get-Golden 'records/step-started.json')).PSObject.Properties.Name
        }
        ($first.Records | Where-Object { $_.step -eq 'CopyImage' -and $_.state -eq 'started' }).message |
            Should -Be (ConvertFrom-Json (Get-Golden 'records/step-started.json')).message
    }

    It 'makes the VM what the job says' {
        $vm = Get-VM
        $vm.Name | Should -BeExactly $golden.fields.vm_name
        $vm.Generation | Should -Be 2
        $vm.ProcessorCount | Should -Be 4
        $vm.MemoryStartup | Should -Be 8GB
        $vm.DynamicMemoryEnabled | Should -BeFalse
        $vm.State | Should -Be 'Running'
        (Get-VMNetworkAdapterVlan -VM $vm).AccessVlanId | Should -Be 10
        (Get-VMFirmware -VM $vm).SecureBootTemplate | Should -Be 'MicrosoftWindows'
        (Get-VMHardDiskDrive -VM $vm).Path | Should -Be (Get-Folder $world $machine.Job 'disk.vhdx')
        $vm.Notes -split "`r`n" | Should -Be @("hyperv-operator.io/machine-uid=$($golden.run.machine_uid)",
            "hyperv-operator.io/cluster-uid=$($golden.run.cluster_uid)", "hyperv-operator.io/machine=$($golden.run.machine)")
    }

    It 'publishes what it was given, and leaves nothing of it' {
        $added = @(Get-FakeLedger 'AddKvpItems')
        $added.Count | Should -Be 2
        @($added[0].detail.names) | Should -Be @('ProvisioningData.0', 'ProvisioningData.1', 'ProvisioningData.2', 'ProvisioningData.3')
        @($added[1].detail.names) | Should -Be @('ProvisioningData')
        (Get-FakeHostItem -Id $machine.VmId).Count | Should -Be 0
    }

    It 'ejects and deletes the ISO and leaves disk, journal, lock and configuration' {
        @(Get-VMDvdDrive -VM (Get-VM)).Count | Should -Be 0
        @(Get-ChildItem -Name (Get-Folder $world $machine.Job) -File | Sort-Object) | Should -Be @('disk.vhdx', 'journal.json', 'lock')
    }

    It 'clones the image byte for byte and never writes to it' {
        $image = Join-Path $world.Images 'Windows Server 2022.vhdx'
        (Get-FileHash $image).Hash | Should -Be (Get-FileHash (Get-Folder $world $machine.Job 'disk.vhdx')).Hash
        (Get-Item $image).Length | Should -Be 5MB
    }

    It 'answers completed to any further launch and changes nothing' {
        $before = @(Get-FakeLedger).Count
        $again = Invoke-TestAgent $world (New-TestJob $world -Attempt 9)
        $again.Outcome.outcome | Should -Be 'completed'
        $again.Outcome.vm_id | Should -Be $machine.VmId
        $again.Steps | Should -BeNullOrEmpty
        @(Get-FakeLedger).Count | Should -Be $before
    }
}

Describe 'The guest key that comes with a pending outcome' {
    It 'is the one that the guest posts, in the form of a JWK' {
        $world = New-TestHost
        $vmId = (Invoke-TestAgent $world (New-TestJob $world)).Outcome.vm_id
        $guest = New-TestGuest
        Set-FakeGuest -Id $vmId -Item @{ ProvisioningReady = Get-ReadyText $guest $vmId }
        $outcome = (Invoke-TestAgent $world (New-TestJob $world -Attempt 2)).Outcome
        $outcome.reason | Should -Be 'WaitingForGuestKey'
        ConvertTo-Json -Compress $outcome.guest_key | Should -Be ('{"kty":"RSA","n":"' + $guest.N + '","e":"AQAB"}')
    }
}

Describe 'A provisioning whose secrets come with the environment of the agent' {
    BeforeAll {
        $world = New-TestHost
        $secret = 'Canary-"<&>''\u00e9-1'
        $change = @{
            'fields.guest_la_uid' = 'Administrator'; 'fields.cnf_ansible_ssh_user' = 'ansible'; 'run.wait_seconds' = 60
        }
        $job = New-TestJob $world -Change $change
        # A guest of its own thread: it waits for the VM, posts its key, opens what is published, and applies it.
        $guest = New-TestGuest
        $player = [powershell]::Create()
        $null = $player.AddScript({
                param($here, $guest, $run)
                Import-Module (Join-Path $here 'FakeHyperV/FakeHyperV.psd1')
                Import-Module (Join-Path $here 'HostAgent.psm1')
                function Wait-Until([scriptblock] $Condition) {
                    $ends = [DateTime]::UtcNow.AddSeconds(90)
                    while (-not (& $Condition)) {
                        if ([DateTime]::UtcNow -gt $ends) { throw "The guest waited in vain for: $Condition" }
                        Start-Sleep -Milliseconds 50
                    }
                }
                Wait-Until { @(Get-VM | Where-Object { $_.State -eq 'Running' }).Count }
                $id = "$((Get-VM).Id)"
                Set-FakeGuest -Id $id -Item @{ ProvisioningReady = Get-ReadyText $guest $id }
                Wait-Until { (Get-FakeHostItem -Id $id).Contains('ProvisioningData') }
                $sealed = Get-Publication $id
                Set-FakeGuest -Id $id -Item @{ ProvisioningState = Get-StateText $guest $id $run -State applying -Step Hostname }
                Wait-Until { -not (Get-FakeHostItem -Id $id).Count }
                Set-FakeGuest -Id $id -Item @{ ProvisioningState = Get-StateText $guest $id $run }
                $sealed
            }).AddArgument($PSScriptRoot).AddArgument($guest).AddArgument($job.run.id)
        $playing = $player.BeginInvoke()
        $env:HVO_SECRET_GUEST_LA_PW = $secret
        $env:HVO_SECRET_CNF_ANSIBLE_TOKEN = 'not for windows'
        $launch = Invoke-TestAgent $world $job
        $sealed = $player.EndInvoke($playing)[0]
        $opened = Open-TestSealing $guest $sealed
    }

    It 'goes from start to completed in one launch' {
        $launch.Outcome.reason | Should -Be 'Provisioned'
    }

    It 'seals for the key, the VM and the run' {
        $opened.Header.alg | Should -Be 'RSA-OAEP-256'
        $opened.Header.enc | Should -Be 'A256CBC-HS512'
        $opened.Header.kid | Should -BeExactly $guest.Kid
        $opened.Header.vm | Should -Be $launch.Outcome.vm_id
        $opened.Header.run | Should -Be $job.run.id
    }

    It 'seals the keys of the golden plaintext, the secret among them, and nothing of the other family' {
        $golden = ConvertFrom-Json (Get-Golden 'guest/plaintext-windows.json')
        $opened.Data.PSObject.Properties.Name | Should -Be $golden.PSObject.Properties.Name
        $opened.Data.os_family | Should -Be 'windows'
        $opened.Data.fields.guest_la_pw | Should -BeExactly $secret
        $names = $opened.Data.fields.PSObject.Properties.Name
        $names | Should -Not -Contain 'cnf_ansible_ssh_user'
        $names | Should -Not -Contain 'cnf_ansible_token'
        $names | Should -Not -Contain 'gb_ram'
        $opened.Data.fields.guest_v4_cidrprefix | Should -Be 24
    }

    It 'clears the variables and says the secret nowhere' {
        [Environment]::GetEnvironmentVariable('HVO_SECRET_GUEST_LA_PW') | Should -BeNullOrEmpty
        $launch.Text | Should -Not -Match 'Canary'
        @(Get-ChildItem -Recurse -File $world.Root | Select-String -SimpleMatch 'Canary').Count | Should -Be 0
    }
}

Describe 'Clone modes and families' {
    It 'makes a differencing disk of the image and leaves it its parent' {
        $world = New-TestHost
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change @{ 'host.clone' = 'Differencing' })
        $launch.Outcome.reason | Should -Be 'WaitingForGuestKey'
        $disk = @(Get-FakeLedger 'New-VHD')
        $disk.Count | Should -Be 1
        (Get-VMHardDiskDrive -VM (Get-VM)).Path | Should -Match 'disk\.vhdx$'
        (Get-Item (Join-Path $world.Images 'Windows Server 2022.vhdx')).Length | Should -Be 5MB
    }

    It 'infers Linux from the name of the image, takes its Secure Boot template and ISO, and leaves the adapter untagged' {
        $world = New-TestHost
        $job = New-TestJob $world -Change @{ 'fields.image_name' = 'ubuntu 24.04'; 'fields.vlan_id' = 0 } -Without 'fields.os_family'
        (Invoke-TestAgent $world $job).Outcome.reason | Should -Be 'WaitingForGuestKey'
        $vm = Get-VM
        (Get-VMFirmware -VM $vm).SecureBootTemplate | Should -Be 'MicrosoftUEFICertificateAuthority'
        (Get-VMNetworkAdapterVlan -VM $vm).OperationMode | Should -Be 'Untagged'
        [System.IO.File]::ReadAllText((Get-VMDvdDrive -VM $vm).Path) | Should -Be 'ISO for linux'
    }

    It 'names fields of the other family that it leaves out' {
        $world = New-TestHost
        $job = New-TestJob $world -Change @{ 'fields.image_name' = 'Ubuntu 24.04'; 'fields.os_family' = 'linux' }
        (Invoke-TestAgent $world $job).Log -join "`n" | Should -Match 'guest_domain_jointarget does not apply to linux'
    }

    It 'reports the copy in steps, at most every few seconds' {
        . (Join-Path $PSScriptRoot '../host/lib/files/Copy-HvoStream.ps1')
        $from = New-Object System.IO.MemoryStream (, (New-Object byte[] 9000000))
        $to = New-Object System.IO.MemoryStream
        $script:seen = @()
        Copy-HvoStream -From $from -To $to -OnProgress { param($copied, $whole) $script:seen += "$copied/$whole" } -ProgressSeconds 0
        $script:seen | Should -Be @('4194304/9000000', '8388608/9000000', '9000000/9000000')
        $to.Length | Should -Be 9000000
    }
}

Describe 'A clustered machine' {
    It 'becomes a role of the cluster at the end, once' {
        $world = New-TestHost -Cluster 'HVC01'
        $machine = Complete-TestMachine $world -Change @{ 'fields.vm_clustered' = $true; 'host.failover_cluster' = 'HVC01' }
        $machine.Launches[2].Steps[-1] | Should -Be 'RegisterCluster:completed'
        (Get-ClusterGroup -VMId $machine.VmId).Name | Should -Be 'web-server-01'
        @(Get-FakeLedger 'Add-ClusterVirtualMachineRole').Count | Should -Be 1
    }
}
