# What the agent knows of a golden image before it copies it, from the file alone.
BeforeAll {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    Import-Module "$PSScriptRoot/FakeHyperV/FakeHyperV.psd1" -Force
    Import-Module "$PSScriptRoot/HostAgent.psm1" -Force
    Import-Module "$PSScriptRoot/Bundle.psm1"
    . (Get-AgentFunction)

    function Edit-Byte {
        param([string] $Path, [long] $At, [byte[]] $Bytes)
        $stream = [System.IO.File]::Open($Path, 'Open', 'Write', 'Read')
        try {
            $null = $stream.Seek($At, 'Begin')
            $stream.Write($Bytes, 0, $Bytes.Length)
        } finally {
            $stream.Dispose()
        }
    }
}

AfterAll { Remove-TestHost }

Describe 'An image' {
    BeforeEach { $path = Join-Path $TestDrive "$([guid]::NewGuid()).vhdx" }

    It 'is <Style> with EFI <Efi>: <Option>' -ForEach @(
        @{ Option = @(); Style = 'GPT'; Efi = $true }
        @{ Option = @('--sector', '4096'); Style = 'GPT'; Efi = $true }
        @{ Option = @('--no-efi'); Style = 'GPT'; Efi = $false }
        @{ Option = @('--style', 'MBR'); Style = 'MBR'; Efi = $true }
        @{ Option = @('--style', 'MBR', '--no-efi'); Style = 'MBR'; Efi = $false }
        @{ Option = @('--style', 'None'); Style = 'None'; Efi = $false }
        @{ Option = @('--absent'); Style = 'None'; Efi = $false }
    ) {
        $null = New-TestImage -Path $path -Option $Option
        $image = Read-HvoImage -Path $path
        $image.Problem | Should -Be ''
        $image.Format | Should -Be 'VHDX'
        $image.Clean | Should -BeTrue
        $image.HasParent | Should -BeFalse
        $image.Style | Should -Be $Style
        $image.HasEfi | Should -Be $Efi
        $image.DiskId | Should -Match '\A[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z'
    }

    It 'is read from the newer of two headers, and from the older where that one is torn' {
        $null = New-TestImage -Path $path
        $whole = (Read-HvoImage -Path $path).DataId
        Edit-Byte -Path $path -At (131072 + 40) -Bytes 1, 2, 3
        (Read-HvoImage -Path $path).DataId | Should -Be $whole
        Edit-Byte -Path $path -At (65536 + 40) -Bytes 1, 2, 3
        $image = Read-HvoImage -Path $path
        $image.Format | Should -Be 'Damaged'
        $image.Problem | Should -Match 'headers'
    }

    It 'is not judged by what it holds if it was not closed cleanly' {
        $null = New-TestImage -Path $path -Option '--dirty', '--style', 'MBR', '--no-efi'
        $image = Read-HvoImage -Path $path
        $image.Clean | Should -BeFalse
        { Assert-HvoImageUsable -Path $path -Image $image } | Should -Not -Throw
    }

    It 'is <Format>: <What>' -ForEach @(
        @{ Format = 'Other'; What = 'an empty file'; Bytes = @() }
        @{ Format = 'Other'; What = 'zeros'; Bytes = [byte[]]::new(70000) }
        @{ Format = 'VHD'; What = 'a fixed VHD by its footer'; Bytes = [byte[]]::new(4096) + [System.Text.Encoding]::ASCII.GetBytes('conectix'.PadRight(512)) }
        @{ Format = 'VHD'; What = 'a dynamic VHD'; Bytes = [System.Text.Encoding]::ASCII.GetBytes('conectix'.PadRight(2048)) }
        @{ Format = 'Damaged'; What = 'a VHDX of which the rest is missing'; Bytes = [System.Text.Encoding]::ASCII.GetBytes('vhdxfile'.PadRight(512)) }
        @{ Format = 'Damaged'; What = 'a VHDX that is only begun'; Bytes = [System.Text.Encoding]::ASCII.GetBytes('vhdxfile'.PadRight(600000)) }
    ) {
        [System.IO.File]::WriteAllBytes($path, [byte[]]$Bytes)
        (Read-HvoImage -Path $path).Format | Should -Be $Format
    }

    It 'that is hostile is damaged, at once and without more: <What>' -ForEach @(
        @{ What = 'a table of regions with four billion entries'; At = 196608 + 8; Bytes = 255, 255, 255, 255; Both = $true }
        @{ What = 'metadata behind the end'; At = 196608 + 16 + 32 + 16; Bytes = 0, 0, 0, 0, 255, 255, 255, 127 }
        @{ What = 'metadata before the beginning'; At = 196608 + 16 + 32 + 16; Bytes = 0, 0, 0, 0, 0, 0, 0, 255 }
        @{ What = 'a block of no bytes'; At = 2MB + 65536; Bytes = 0, 0, 0, 0 }
        @{ What = 'blocks of 4 GiB'; At = 2MB + 65536; Bytes = 255, 255, 255, 255 }
        @{ What = 'sectors of one byte'; At = 2MB + 65536 + 32; Bytes = 1, 0, 0, 0 }
        @{ What = 'a disk of a negative size with a GPT'; At = 2MB + 65536 + 8; Bytes = 255, 255, 255, 255, 255, 255, 255, 255; Style = 'None' }
        @{ What = 'a table of blocks behind the end'; At = 196608 + 16 + 16; Bytes = 0, 0, 0, 0, 0, 1, 0, 0 }
        @{ What = 'a table of blocks at the greatest number'; At = 196608 + 16 + 16; Bytes = 255, 255, 255, 255, 255, 255, 255, 127 }
        @{ What = 'a block behind the end'; At = 3MB; Bytes = 6, 0, 0, 0, 0, 0, 255, 255 }
        @{ What = 'a GPT whose entries are far away'; At = 4MB + 512 + 72; Bytes = 255, 255, 255, 255, 255, 255, 255, 255 }
        @{ What = 'a GPT with entries of one byte'; At = 4MB + 512 + 84; Bytes = 1, 0, 0, 0 }
    ) {
        $null = New-TestImage -Path $path
        Edit-Byte -Path $path -At $At -Bytes $Bytes
        # The copy of the table of regions would be taken instead.
        if ($At -lt 262144) { Edit-Byte -Path $path -At ($At + 65536) -Bytes $Bytes }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $image = Read-HvoImage -Path $path
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        if ($What -match 'negative size') { $image.Style | Should -Be 'None' } else { $image.Format | Should -Be 'Damaged' }
        { Assert-HvoImageUsable -Path $path -Image $image } | Should -Throw
    }

    It 'with four billion GPT entries is read to a bound' {
        $null = New-TestImage -Path $path -Option '--no-efi'
        Edit-Byte -Path $path -At (4MB + 512 + 80) -Bytes 255, 255, 255, 255
        (Read-HvoImage -Path $path).HasEfi | Should -BeFalse
    }

    It 'is read as qemu-img writes it' -Skip:(-not (Get-Command 'qemu-img' -ErrorAction Ignore)) {
        $null = & qemu-img create -q -f vhdx $path 1G
        $image = Read-HvoImage -Path $path
        $image.Format | Should -Be 'VHDX'
        $image.Style | Should -Be 'None'
        $raw = "$path.raw"
        $null = New-TestImage -Path "$path.mine"
        $null = & qemu-img convert -q -f vhdx -O raw "$path.mine" $raw
        $null = & qemu-img convert -q -f raw -O vhdx $raw $path
        $image = Read-HvoImage -Path $path
        $image.Style | Should -Be 'GPT'
        $image.HasEfi | Should -BeTrue
    }
}

Describe 'A provisioning' {
    BeforeEach {
        $world = New-TestHost
        $path = Join-Path $world.Images 'Windows Server 2022.vhdx'
    }

    It 'refuses an image before anything is copied: <Text>' -ForEach @(
        @{ Option = @('--style', 'MBR', '--no-efi'); Text = 'partitioned as MBR without an EFI system partition' }
        @{ Option = @('--no-efi'); Text = 'partitioned as GPT without an EFI system partition' }
        @{ Option = @('--style', 'None'); Text = 'has no partition table' }
        @{ Option = @('--parent'); Text = 'is a differencing disk' }
    ) {
        foreach ($clone in 'Copy', 'Differencing') {
            $null = New-TestImage -Path $path -Option $Option
            $attempt = if ($clone -eq 'Copy') { 1 } else { 2 }
            $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt $attempt -Change @{ 'host.clone' = $clone })
            $launch.Outcome.code | Should -Be 'ImageUnusable'
            $launch.Outcome.message | Should -Match $Text
            $launch.Steps | Should -Be @('PreChecks:started', 'PreChecks:failed')
        }
    }

    It 'refuses what is no VHDX, and says that an image is a .vhd' {
        [System.IO.File]::WriteAllText($path, 'an image')
        $launch = Invoke-TestAgent $world (New-TestJob $world)
        $launch.Outcome.code | Should -Be 'ImageUnusable'
        $launch.Outcome.message | Should -Match 'is no VHDX file'
        [System.IO.File]::Move($path, [System.IO.Path]::ChangeExtension($path, '.vhd'))
        $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt 2)
        $launch.Outcome.code | Should -Be 'ImageUnusable'
        $launch.Outcome.message | Should -Match 'is a \.vhd file'
    }

    It 'takes an MBR with an EFI system partition' {
        $null = New-TestImage -Path $path -Option '--style', 'MBR'
        (Invoke-TestAgent $world (New-TestJob $world)).Outcome.reason | Should -Be 'WaitingForGuestKey'
    }

    It 'knows no image that is still being copied into the folder' {
        [System.IO.File]::Move($path, (Join-Path $world.Images 'Windows New.partial.vhdx'))
        foreach ($name in 'Windows New', 'Windows New.partial') {
            $launch = Invoke-TestAgent $world (New-TestJob $world -Attempt $name.Length -Change @{ 'fields.image_name' = $name })
            $launch.Outcome.code | Should -Be 'ImageNotFound'
        }
        @((Invoke-TestAgent $world (New-TestJob $world -Golden 'inventory')).Lines) -match 'partial' | Should -BeNullOrEmpty
    }

    It 'changes nothing of the image' {
        $before = [System.IO.File]::GetLastWriteTimeUtc($path)
        $hash = (Get-FileHash $path).Hash
        $null = Invoke-TestAgent $world (New-TestJob $world)
        [System.IO.File]::GetLastWriteTimeUtc($path) | Should -Be $before
        (Get-FileHash $path).Hash | Should -Be $hash
    }
}

Describe 'An image that differencing disks were made from' {
    BeforeEach {
        $world = New-TestHost
        $path = Join-Path $world.Images 'Windows Server 2022.vhdx'
        $differencing = @{ 'host.clone' = 'Differencing' }
        $other = @{ 'host.clone' = 'Differencing'; 'run.machine_uid' = '99999999-0000-4000-8000-000000000001'; 'fields.vm_name' = 'web-2' }
        $null = Invoke-TestAgent $world (New-TestJob $world -Change $differencing)

        function Get-ImageLine {
            param($World)
            $launch = Invoke-TestAgent $World (New-TestJob $World -Golden 'inventory')
            $lines = @($launch.Lines | Where-Object { $_.StartsWith('{"type":"image"') } | ForEach-Object { ConvertFrom-Json $_ })
            $lines | Where-Object { $_.name -eq 'Windows Server 2022' }
        }
    }

    It 'is in use, says the inventory, and others are not' {
        $line = Get-ImageLine $world
        $line.children | Should -Be 1
        $line.changed | Should -BeFalse
        $unused = @((Invoke-TestAgent $world (New-TestJob $world -Golden 'inventory')).Lines | Where-Object { $_ -match 'Ubuntu' })[0]
        $unused | Should -Match '"children":0,"changed":null'
    }

    It 'that was replaced is reported, and no further disk is made from it' {
        [System.IO.File]::Delete($path)
        $null = New-TestImage -Path $path -Option '--sector', '4096'
        (Get-ImageLine $world).changed | Should -BeTrue
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change $other)
        $launch.Outcome.code | Should -Be 'ImageChanged'
        $launch.Outcome.message | Should -Match 'differencing disks of 1 machines'
        $launch.Steps | Should -Not -Contain 'CopyImage:started'
    }

    It 'that was changed in place with its size and time kept by nobody is known by its own id' {
        $time = [System.IO.File]::GetLastWriteTimeUtc($path).AddHours(1)
        Edit-Byte -Path $path -At 4.5MB -Bytes 1, 2, 3
        $null = New-TestImage -Path $path -Option '--sector', '4096'
        [System.IO.File]::SetLastWriteTimeUtc($path, $time)
        (Get-ImageLine $world).changed | Should -BeTrue
    }

    It 'that was moved away and put back, or only touched, is the same' {
        [System.IO.File]::SetLastWriteTimeUtc($path, [DateTime]::UtcNow.AddDays(-3))
        (Get-ImageLine $world).changed | Should -BeFalse
        (Invoke-TestAgent $world (New-TestJob $world -Change $other)).Outcome.reason | Should -Be 'WaitingForGuestKey'
        (Get-ImageLine $world).children | Should -Be 2
    }

    It 'may be copied though it was changed, which the log says' {
        $null = New-TestImage -Path $path -Option '--sector', '4096'
        [System.IO.File]::SetLastWriteTimeUtc($path, [DateTime]::UtcNow.AddDays(-3))
        $other['host.clone'] = 'Copy'
        $launch = Invoke-TestAgent $world (New-TestJob $world -Change $other)
        $launch.Outcome.reason | Should -Be 'WaitingForGuestKey'
        @($launch.Log) -match 'was changed after' | Should -Not -BeNullOrEmpty
    }

    It 'is free again when its machines are gone, and was never in use by a copy' {
        $null = Invoke-TestAgent $world (New-TestJob $world remove -Attempt 2)
        $other['host.clone'] = 'Copy'
        $null = Invoke-TestAgent $world (New-TestJob $world -Change $other)
        $line = Get-ImageLine $world
        $line.children | Should -Be 0
        $line.changed | Should -BeNullOrEmpty
    }

    It 'is in the journal before the disk is there' {
        Add-FakeFault 'New-VHD' -When after -Kill
        $null = Start-TestProcess $world (New-TestJob $world -Change $other)
        $journal = ConvertFrom-Json ([System.IO.File]::ReadAllText([System.IO.Path]::Combine($world.Machines, $other['run.machine_uid'], 'journal.json')))
        $journal.image.name | Should -Be 'Windows Server 2022'
        $journal.image.data_id | Should -Be (Read-HvoImage -Path $path).DataId
        (Get-ImageLine $world).children | Should -Be 1
        (Invoke-TestAgent $world (New-TestJob $world -Attempt 2 -Change $other)).Outcome.reason | Should -Be 'WaitingForGuestKey'
        (Get-ImageLine $world).children | Should -Be 2
    }

    It 'is <Answer>: <What>' -ForEach @(
        @{ Answer = 'Unchanged'; What = 'nothing differs'; Change = @{} }
        @{ Answer = 'Unchanged'; What = 'another time, the same id'; Change = @{ written_at = '2020-01-01T00:00:00Z' } }
        @{ Answer = 'Changed'; What = 'another time, another id'; Change = @{ written_at = '2020-01-01T00:00:00Z'; data_id = [string][guid]::Empty } }
        @{ Answer = 'Changed'; What = 'another size, no id'; Change = @{ size_bytes = 1; data_id = $null } }
        @{ Answer = 'Unknown'; What = 'another time, no id'; Change = @{ written_at = '2020-01-01T00:00:00Z'; data_id = $null } }
        @{ Answer = 'Unknown'; What = 'no time, no id'; Change = @{ written_at = $null; data_id = $null } }
    ) {
        $record = Get-HvoImageIdentity -Path $path -Clone 'Differencing'
        foreach ($key in $Change.Keys) { $record[$key] = $Change[$key] }
        Get-HvoImageChange -Path $path -Records @($record) | Should -Be $Answer
    }
}
